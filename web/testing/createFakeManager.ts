import { Manager } from '../core/manager/manager.js';
import { checkManagerOptions } from '../core/checks/managerOptions.js';
import type { RegisteredChannels, RegisteredDatabase, UntypedChannels } from '../core/index.js';
import { checkBroadcast, checkTracked } from '../core/checks/channelOptions.js';
import { checkChange, checkFakeOptions, checkGap, checkStatus } from './checks.js';
import { FakeEngine } from './fakeEngine.js';
import type { FakeChannelControls, FakeControls, FakeManager, FakeOptions } from './types.js';

/**
 * Makes a manager for unit tests: hooks and components use it as they use any other, and the test says what happens. Everything but the server is real:
 * delivery to callbacks, live rows, gaps and their `onResync`, status.
 *
 * ```tsx
 * const fake = createFakeManager();
 * render(<RealtimeProvider manager={fake}>…</RealtimeProvider>);
 * act(() => fake.emit({ table: 'bookings', eventType: 'INSERT', new: { id: 1 } }));
 * ```
 *
 * @typeParam Db the `Database` type; tables and rows of `emit` are checked by it.
 * @typeParam Channels the application's own type of its channels.
 * @throws SwitchboardError for options that it does not know, as `emit`, `setStatus` and `openGap` do for what can't be.
 */
export function createFakeManager<Db = RegisteredDatabase, Channels = RegisteredChannels>(
  given: FakeOptions = {},
): FakeManager<Db, Channels> {
  checkFakeOptions(given);
  const { live = true, numbers = 'number', tables } = given;
  const options = checkManagerOptions({
    url: 'https://fake.invalid',
    apikey: 'fake',
    numbers,
    tables,
    resyncJitterMs: 0,
  });
  const early: ((engine: FakeEngine) => void)[] = [];
  let open: FakeEngine | null = null;
  let made: FakeEngine | null = null;
  const manager = new Manager(options, (engine, sink) =>
    Promise.resolve((made = new FakeEngine(sink, live, engine.tables))),
  );
  // At once, so that as little as possible has to wait for it.
  manager.ready().then(
    () => {
      open = made;
      for (const call of early.splice(0)) withEngine(call);
    },
    () => undefined,
  );
  const withEngine = (call: (engine: FakeEngine) => void): void => {
    if (open === null) early.push(call);
    else call(open);
  };
  const controls = { ...controlsOf(withEngine), ...channelControlsOf(withEngine) };
  return Object.assign(manager, controls) as unknown as FakeManager<Db, Channels>;
}

/** Calls with the engine, now or when it is there. */
type WithEngine = (call: (engine: FakeEngine) => void) => void;

function controlsOf(withEngine: WithEngine): FakeControls<unknown> {
  return {
    emit: (...changes) => {
      for (const change of changes) checkChange(change);
      withEngine((engine) => {
        engine.emit(changes);
      });
    },
    setStatus: (state, detail = {}) => {
      checkStatus(state, detail);
      withEngine((engine) => {
        engine.setStatus(state, detail);
      });
    },
    openGap: (gap = {}) => {
      checkGap(gap);
      let end = (): void => undefined;
      withEngine((engine) => {
        end = engine.openGap(gap);
      });
      return () => {
        withEngine(() => {
          end();
        });
      };
    },
  };
}

function channelControlsOf(withEngine: WithEngine): FakeChannelControls<UntypedChannels> & Pick<Manager, 'broadcast'> {
  return {
    setPresence: (name, members) => {
      const texts = Object.entries(members).map(([key, payload]) => [key, checkTracked(payload)] as const);
      withEngine((engine) => {
        engine.channels.setPresence(name, new Map(texts));
      });
    },
    broadcast: (name, event, payload, options) =>
      new Promise((resolve) => {
        const { payload: content } = checkBroadcast(name, event, payload, options);
        withEngine((engine) => {
          engine.channels.broadcast(name, event, content);
          resolve();
        });
      }),
  };
}
