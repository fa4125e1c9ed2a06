import type {
  Batch,
  BroadcastDelivery,
  ChangeDelivery,
  ChannelDelta,
  Command,
  ControlMessage,
  Delivery,
  Engine,
  EngineOptions,
  EngineSink,
  OpenEngine,
  PresenceDelivery,
  StatusDelta,
  SubscriptionDelta,
} from '../../../web/core/engine/engine.js';
import type { EngineStats } from '../../../web/core/api/status.js';
import { Manager } from '../../../web/core/manager/manager.js';
import { checkManagerOptions } from '../../../web/core/checks/managerOptions.js';
import type { ManagerOptions } from '../../../web/core/api/options.js';
import { IDLE_SNAPSHOT } from '../../../web/core/status/statusStore.js';

/** An engine that records its commands and says what the test makes it say. */
export class ScriptedEngine implements Engine {
  readonly commands: string[] = [];
  /** The same as they came, without `stats`. */
  readonly received: Command[] = [];
  /** Runs inside the command named by the key, as the core's synchronous flushes do. */
  readonly onCommand = new Map<string, () => void>();
  /** Whether `flush` is answered at once, as the core does; else the test does it. */
  answersFlush = true;
  disposed = false;
  framesIn = 0;
  readonly #sink: EngineSink;

  constructor(
    readonly options: EngineOptions,
    sink: EngineSink,
  ) {
    this.#sink = sink;
  }

  send(command: Command): void {
    const { kind, ...parts } = command;
    if (kind === 'stats') this.control({ stats: this.#stats() });
    else {
      const texts = Object.values(parts).map((part) =>
        typeof part === 'object' ? JSON.stringify(part) : String(part),
      );
      this.commands.push([kind, ...texts].join(' ').trim());
      this.received.push(command);
      this.onCommand.get(kind)?.();
    }
    if (command.kind === 'flush' && this.answersFlush) this.control({ flushed: [command.id] });
  }

  dispose(): Promise<void> {
    this.disposed = true;
    return Promise.resolve();
  }

  batch(batch: Batch): void {
    this.#sink(batch);
  }

  control(control: ControlMessage): void {
    this.batch({ control, columnLists: [], deliveries: [] });
  }

  status(status: StatusDelta): void {
    this.control({ status });
  }

  deliver(...deliveries: (Delivery | readonly Delivery[])[]): void {
    this.#sink({ control: null, columnLists: [], deliveries: deliveries.flat() });
  }

  /** The ids of the pushes of this event that it was given. */
  pushes(event: string): number[] {
    return this.received.flatMap((command) => (command.kind === 'push' && command.event === event ? [command.id] : []));
  }

  #stats(): EngineStats {
    const { counters } = IDLE_SNAPSHOT;
    return {
      sockets: 1,
      channels: 2,
      bindings: 3,
      subscriptions: 4,
      deadlines: 5,
      counters: { ...counters, framesIn: this.framesIn },
    };
  }
}

/** A manager over a scripted engine that opens when the test says so. */
export class Bench {
  readonly manager: Manager;
  readonly logged: { level: string; message: string; detail: unknown }[] = [];
  readonly engines: ScriptedEngine[] = [];
  #openings: { resolve: () => void; reject: (error: Error) => void }[] = [];

  constructor(options: Partial<ManagerOptions> = {}) {
    const log =
      (level: string) =>
      (message: string, detail?: unknown): void => {
        this.logged.push({ level, message, detail });
      };
    const logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
    const open: OpenEngine = (engineOptions, sink) =>
      new Promise((resolve, reject) => {
        const engine = new ScriptedEngine(engineOptions, sink);
        this.engines.push(engine);
        const settle = (): void => {
          resolve(engine);
        };
        this.#openings.push({ resolve: settle, reject });
      });
    const all = { url: 'https://ref.example', apikey: 'anon-key-of-test', logger, ...options } as ManagerOptions;
    this.manager = new Manager(checkManagerOptions(all), open);
  }

  /** The newest engine, open or opening. */
  get engine(): ScriptedEngine {
    const engine = this.engines.at(-1);
    if (engine === undefined) throw new Error('no engine was asked for');
    return engine;
  }

  /** Lets the engine that is opening be open. */
  async open(): Promise<ScriptedEngine> {
    await turn();
    this.#openings.shift()?.resolve();
    await turn();
    return this.engine;
  }

  async failToOpen(message: string): Promise<void> {
    await turn();
    this.#openings.shift()?.reject(new Error(message));
    await turn();
  }
}

/** Lets all microtasks run. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A change frame's payload as the server writes it. */
export function changeText(
  record: Record<string, unknown>,
  type = 'INSERT',
  more: Record<string, unknown> = {},
): string {
  const typeOf = (value: unknown): string => (typeof value === 'string' ? 'text' : 'int8');
  const columns = Object.entries(record).map(([name, value]) => ({ name, type: typeOf(value) }));
  const key = type === 'DELETE' ? 'old_record' : 'record';
  const data = {
    schema: 'public',
    table: 'bookings',
    type,
    commit_timestamp: '2026-11-22T10:11:12.345Z',
    columns,
    [key]: record,
    errors: null,
    ...more,
  };
  return JSON.stringify({ data, ids: [1] });
}

/** One delivery per change, each a frame's payload. */
export function each(subscribers: readonly number[], ...texts: readonly string[]): ChangeDelivery[] {
  return texts.map((text) => ({ kind: 'each', subscribers, count: 1, text }));
}

/** One delivery with all these changes, as a window hands them over. */
export function batch(subscribers: readonly number[], ...texts: readonly string[]): ChangeDelivery {
  return { kind: 'batch', subscribers, count: texts.length, text: `[${texts.join(',')}]` };
}

/** One delivery of a number alone. */
export function notify(subscribers: readonly number[], count: number): ChangeDelivery {
  return { kind: 'notify', subscribers, count, text: '' };
}

/** What the core says of one subscription. */
export function subscriptionDelta(id: number, more: Partial<SubscriptionDelta> = {}): SubscriptionDelta {
  return {
    id,
    state: 'live',
    mode: 'live',
    since: 1_790_000_000_000,
    attempts: 0,
    nextRetryAt: null,
    code: 'OK',
    message: '',
    retryable: true,
    ...more,
  };
}

/** A broadcast for these handles. */
export function broadcast(
  channels: readonly number[],
  event: string,
  payload: unknown,
  more: Partial<BroadcastDelivery> = {},
): BroadcastDelivery {
  const content = payload instanceof Uint8Array ? new Uint8Array(payload) : JSON.stringify(payload);
  return { kind: 'broadcast', channels, event, payload: content, json: false, id: null, replayed: false, ...more };
}

/** Changes of presence for these handles: each its kind, key and what is tracked under it. */
export function presence(
  channels: readonly number[],
  ...changes: [kind: PresenceDelivery['changes'][number]['kind'], key: string, ...metas: object[]][]
): PresenceDelivery {
  return {
    kind: 'presence',
    channels,
    changes: changes.map(([kind, key, ...metas]) => ({ kind, key, metas: JSON.stringify(metas) })),
  };
}

/** What the core says of one handle of a channel. */
export function channelDelta(id: number, more: Partial<ChannelDelta> = {}): ChannelDelta {
  const live = { state: 'live', attempts: 0, nextRetryAt: null, code: 'OK', message: '', retryable: true } as const;
  return { id, since: 1_790_000_000_000, ...live, ...more };
}
