import type {
  Batch,
  Command,
  ControlMessage,
  Delivery,
  EngineOptions,
  EngineSink,
} from '../../../../web/core/engine/engine.js';
import { HubHost } from '../../../../web/core/tabs/hub/hubHost.js';
import { TABS_PROTOCOL, type FromHub, type Port } from '../../../../web/core/tabs/wire/messages.js';
import { FakeLocks } from './fakeLocks.js';

export const OPTIONS: EngineOptions = { url: 'wss://x', apikey: 'key', tokenCallback: true, tuning: {} };

/** A core that does what the test says. */
export class ScriptedCore {
  readonly commands: Command[] = [];
  disposed = false;
  /** What it does at once when it gets a command. */
  react: (command: Command) => void = () => undefined;

  constructor(readonly sink: EngineSink) {}

  say(control: ControlMessage, deliveries: readonly Delivery[] = [], columnLists: readonly string[] = []): void {
    this.sink({ control, columnLists, deliveries });
  }

  /** Those of a kind, in order. */
  of<Kind extends Command['kind']>(kind: Kind): Extract<Command, { kind: Kind }>[] {
    return this.commands.filter((command): command is Extract<Command, { kind: Kind }> => command.kind === kind);
  }
}

/** A hub host with scripted cores. */
export class ScriptedHub {
  readonly locks = new FakeLocks();
  readonly cores: ScriptedCore[] = [];
  readonly host: HubHost;
  failure: Error | null = null;
  #tabs = 0;

  constructor() {
    this.host = new HubHost(
      () => (_options, sink) => {
        if (this.failure !== null) return Promise.reject(this.failure);
        const core = new ScriptedCore(sink);
        this.cores.push(core);
        return Promise.resolve({
          send: (command) => {
            core.commands.push(command);
            core.react(command);
          },
          dispose: () => {
            core.disposed = true;
            return Promise.resolve();
          },
        });
      },
      this.locks,
      'hub',
    );
  }

  get core(): ScriptedCore {
    const core = this.cores[this.cores.length - 1];
    if (core === undefined) throw new Error('there is no core yet');
    return core;
  }

  /** A tab of this user that speaks for itself; resolves when it is welcome, or was refused. */
  async tab(user = ''): Promise<RawTab> {
    this.#tabs += 1;
    const tab = new RawTab(`tab ${String(this.#tabs)}`);
    await this.locks.hold(tab.lock);
    this.host.accept(tab.port);
    const attach = { protocol: TABS_PROTOCOL, user, options: OPTIONS, wasm: '', loadTimeoutMs: 1, lock: tab.lock };
    tab.post({ attach: { ...attach, logLevel: 'warn' } });
    for (let turns = 0; turns < 10; turns += 1) await Promise.resolve();
    return tab;
  }
}

/** A tab's end of a port whose messages arrive at once. */
export class RawTab {
  readonly got: FromHub[] = [];
  closed = false;
  #listener: (message: unknown) => void = () => undefined;

  constructor(readonly lock: string) {}

  readonly port: Port = {
    post: (message) => {
      this.got.push(structuredClone(message) as FromHub);
    },
    listen: (call) => {
      this.#listener = call;
    },
    close: () => {
      this.closed = true;
    },
  };

  post(message: unknown): void {
    this.#listener(message);
  }

  send(command: Command): void {
    this.post({ commands: [command] });
  }

  subscribe(id: number, table = 't'): void {
    this.send({ kind: 'subscribe', id, spec: { schema: 'public', table, event: '*' } });
  }

  /** The batches since the last call. */
  take(): Batch[] {
    return this.got.splice(0).flatMap((message) => ('batch' in message ? [message.batch] : []));
  }
}
