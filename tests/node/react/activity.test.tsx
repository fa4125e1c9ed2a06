// @vitest-environment happy-dom
import { Activity, act, StrictMode, type ReactNode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RealtimeManager } from 'switchboard-realtime';
import {
  RealtimeConnectionStatus,
  RealtimeProvider,
  useBroadcast,
  useConnectionStatus,
  useLiveRows,
  usePresence,
  useQueryInvalidation,
  useRealtime,
  useRealtimeManager,
  useSubscription,
} from 'switchboard-realtime/react';
import { turn } from '../support/scriptedEngine.js';
import { RecordingClient } from './support/stage.js';

/** Never opens. */
class DeadSocket {
  readonly readyState = 0;
  readonly close = (): void => undefined;
}

const options = { url: 'https://ref.supabase.co', apikey: 'anon-key', transport: DeadSocket, logger: null };
const client = new RecordingClient();
let host: HTMLElement;
let root: Root;
let managers: Set<RealtimeManager>;

beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  managers = new Set();
  host = document.createElement('div');
  document.body.append(host);
  root = createRoot(host);
});

afterEach(async () => {
  await render(null);
  host.remove();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

async function render(tree: ReactNode): Promise<void> {
  await act(async () => {
    root.render(tree);
    await turn();
  });
}

function Everything(): ReactNode {
  managers.add(useRealtimeManager());
  const subscription = useSubscription({ table: 'one' }, () => undefined);
  const invalidation = useQueryInvalidation({ table: 'two', queryKeys: [['two']] });
  const { connectionStatus } = useRealtime({ businessId: 3, enableBookings: true });
  const { rows } = useLiveRows({ table: 'four', key: 'id', fetch: () => Promise.resolve([]) });
  useBroadcast('room');
  usePresence('room', { track: { name: 'Ana' } });
  const tables = useConnectionStatus(({ subscriptions }) =>
    subscriptions
      .map(({ table }) => table)
      .sort()
      .join(),
  );
  return [subscription?.state, invalidation?.state, connectionStatus.bookings, rows.length, tables].join(' ');
}

const page = (mode: 'visible' | 'hidden', strict: boolean): ReactNode => {
  const tree = (
    <Activity mode={mode}>
      <RealtimeProvider options={options} queryClient={client}>
        <p>
          <Everything />
        </p>
        <RealtimeConnectionStatus />
      </RealtimeProvider>
    </Activity>
  );
  return strict ? <StrictMode>{tree}</StrictMode> : tree;
};

const SHOWN = 'pending pending pending 0 bookings,four,one,two';

const text = (): string | undefined => host.querySelector('p')?.textContent;

/** Of the manager that is in use, its subscriptions and handles of channels; null when it was disposed of. */
function held(): [subscriptions: number, channels: number] | null {
  const manager = [...managers].at(-1);
  if (manager === undefined) return null;
  try {
    manager.onStatusChange(() => undefined)();
    const { subscriptions, channels } = manager.stats();
    return [subscriptions, channels];
  } catch {
    return null;
  }
}

describe.each([
  ['development', false],
  ['development', true],
  ['production', false],
])('a provider with options inside Activity (%s, StrictMode %s)', (mode, strict) => {
  beforeEach(() => {
    vi.stubEnv('NODE_ENV', mode);
  });

  it('gives everything back when it is hidden, and works again when it is shown', async () => {
    const errors = vi.spyOn(console, 'error');
    await render(page('visible', strict));
    expect(text()).toBe(SHOWN);
    for (let round = 0; round < 2; round += 1) {
      await render(page('hidden', strict));
      expect(held()).toEqual([0, 0]);
      await render(page('visible', strict));
      expect(text()).toBe(SHOWN);
      expect(held()).toEqual([4, 2]);
    }
    expect(errors).not.toHaveBeenCalled();
    errors.mockRestore();
  });

  it('works when it was hidden at first', async () => {
    await render(page('hidden', strict));
    await render(page('visible', strict));
    expect(text()).toBe(SHOWN);
    expect(held()).toEqual([4, 2]);
  });

  it.each(['visible', 'hidden'] as const)('disposes of its manager when it is removed while %s', async (last) => {
    await render(page('visible', strict));
    await render(page(last, strict));
    expect(held()).not.toBeNull();
    await render(null);
    expect(held()).toBeNull();
  });
});
