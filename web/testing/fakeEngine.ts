import type {
  ChangeDelivery,
  ChannelSpec,
  Command,
  ControlMessage,
  Engine,
  EngineSink,
  SubscriptionDelta,
  SubscriptionSpec,
  TrackedTable,
} from '../core/engine/engine.js';
import type { EngineStats } from '../core/api/status.js';
import { parseFilter } from '../core/filters/filter.js';
import type { GapReport } from '../core/api/gap.js';
import type { OverallState, ReasonCode, SubscriptionState } from '../core/index.js';
import { matches } from '../core/liveRows/compare/matches.js';
import { IDLE_SNAPSHOT } from '../core/status/statusStore.js';
import { FakeChannels } from './fakeChannels.js';
import type { FakeChange, FakeGap, FakeStatus } from './types.js';

const CODES: Readonly<Record<SubscriptionState, ReasonCode>> = {
  live: 'OK',
  pending: 'CONNECTING',
  joining: 'CONNECTING',
  retrying: 'CONNECTION_LOST',
  parked: 'BAD_BINDING',
};

type Row = Readonly<Record<string, unknown>>;

interface Held {
  readonly id: number;
  readonly spec: SubscriptionSpec;
  state: SubscriptionState;
  /** What came while it was paused; null when it is not. */
  held: FakeChange[] | null;
}

/** An engine whose server is a test. */
export class FakeEngine implements Engine {
  readonly #sink: EngineSink;
  readonly #live: boolean;
  readonly #tables: readonly TrackedTable[];
  readonly #subscriptions = new Map<number, Held>();
  readonly channels: FakeChannels;
  #framesIn = 0;
  #gaps = 0;

  /** `live`: whether subscriptions are live at once. */
  constructor(sink: EngineSink, live: boolean, tables: readonly TrackedTable[] = []) {
    this.#sink = sink;
    this.#live = live;
    this.#tables = tables;
    this.channels = new FakeChannels(sink);
  }

  emit(changes: readonly FakeChange[]): void {
    this.#framesIn += 1;
    for (const subscription of [...this.#subscriptions.values()]) {
      const matching = changes.filter((change) => isMatch(subscription.spec, change));
      if (matching.length === 0 || subscription.state !== 'live') continue;
      if (subscription.held === null) this.#deliver(subscription, matching);
      else subscription.held.push(...matching);
    }
  }

  setStatus(
    state: SubscriptionState,
    { subscription, code, message = '', nextRetryAt = null }: FakeStatus,
    more: { alreadyLive?: boolean } = {},
  ): void {
    const detail = { code: code ?? CODES[state], message, nextRetryAt, retryable: state !== 'parked' };
    const concerned = this.#concerned(subscription);
    for (const entry of concerned) entry.state = state;
    const status = state === 'live' ? 'SUBSCRIBED' : 'CHANNEL_ERROR';
    const channels = this.channels.setState(state, subscription, detail);
    const isNotice = state === 'live' || state === 'retrying' || state === 'parked';
    this.#control({
      status: {
        ...this.#verdict(),
        subscriptions: concerned.map(({ id, spec }): SubscriptionDelta => ({
          ...{ id, state, since: Date.now(), ...detail, ...this.#roadOf(spec) },
          mode: state === 'live' ? 'live' : 'paused',
          attempts: state === 'retrying' ? 1 : 0,
        })),
        channels,
      },
      notices: isNotice ? concerned.map(({ id }) => ({ subscription: id, status, ...detail, ...more })) : [],
    });
  }

  /** Every subscription of a tracked table has the road that it asks for. */
  #roadOf({ schema, table, via }: SubscriptionSpec): Pick<SubscriptionDelta, 'road' | 'fellBack'> {
    const isTracked = this.#tables.some((tracked) => tracked.schema === schema && tracked.table === table);
    return isTracked ? { road: via ?? 'broadcast', fellBack: null } : {};
  }

  openGap({ subscription, code = 'CONNECTION_LOST', message = '', fromCommit = null }: FakeGap): () => void {
    this.#gaps += 1;
    const common = { id: this.#gaps, code, message, fromCommit, from: Date.now() };
    const ids = this.#concerned(subscription).map(({ id }) => id);
    const report = (to: number | null): GapReport[] =>
      ids.filter((id) => this.#subscriptions.has(id)).map((id) => ({ ...common, subscription: id, to }));
    this.#control({ gaps: report(null) });
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#framesIn += 1;
      this.#control({ gaps: report(Date.now()) });
    };
  }

  /** Nothing is connected, so nothing is connected again, and nobody asks for a token: what happens then is for the test to say. */
  send(command: Command): void {
    switch (command.kind) {
      case 'subscribe':
        this.#subscribe(command.id, command.spec);
        break;
      case 'unsubscribe':
        this.#subscriptions.delete(command.id);
        this.#control({ status: this.#verdict() });
        break;
      case 'unsubscribeAll':
        this.#subscriptions.clear();
        this.#control({ status: this.#verdict() });
        break;
      case 'pause':
        this.#pause(command.id);
        break;
      case 'resume':
        this.#resume(command.id);
        break;
      case 'flush':
        this.#control({ flushed: [command.id] });
        break;
      case 'stats':
        this.#control({ stats: this.#stats() });
        break;
      case 'record':
        this.#control({ recording: new Uint8Array() });
        break;
      case 'openChannel':
        this.#openChannel(command.id, command.spec);
        break;
      default:
        if (this.channels.take(command)) this.#control({ status: this.#verdict() });
    }
  }

  dispose(): Promise<void> {
    this.#subscriptions.clear();
    this.channels.clear();
    return Promise.resolve();
  }

  #subscribe(id: number, spec: SubscriptionSpec): void {
    this.#subscriptions.set(id, { id, spec, state: 'pending', held: null });
    if (this.#live) this.setStatus('live', { subscription: id }, { alreadyLive: true });
    else this.#control({ status: this.#verdict() });
  }

  #openChannel(id: number, spec: ChannelSpec): void {
    this.channels.open(id, spec);
    if (this.#live) this.setStatus('live', { subscription: id });
    else this.#control({ status: this.#verdict() });
    if (spec.presence === true) this.channels.watch(id);
  }

  #pause(id: number): void {
    const subscription = this.#subscriptions.get(id);
    if (subscription !== undefined) subscription.held ??= [];
  }

  #resume(id: number): void {
    const subscription = this.#subscriptions.get(id);
    const held = subscription?.held ?? [];
    if (subscription === undefined) return;
    subscription.held = null;
    if (held.length > 0) this.#deliver(subscription, held);
  }

  #stats(): EngineStats {
    const count = this.#subscriptions.size;
    const counters = { ...IDLE_SNAPSHOT.counters, framesIn: this.#framesIn };
    return { sockets: 0, channels: 0, bindings: count, subscriptions: count, deadlines: 0, counters };
  }

  #concerned(subscription: number | undefined): Held[] {
    return [...this.#subscriptions.values()].filter(({ id }) => subscription === undefined || id === subscription);
  }

  #verdict(): { overall: OverallState; since: number } {
    const states = [...[...this.#subscriptions.values()].map(({ state }) => state), ...this.channels.states];
    const live = states.filter((state) => state === 'live').length;
    const since = Date.now();
    if (states.length === 0) return { overall: 'idle', since };
    if (live > 0) return { overall: live === states.length ? 'live' : 'partial', since };
    const isDown = states.some((state) => state === 'retrying' || state === 'parked');
    return { overall: isDown ? 'offline' : 'connecting', since };
  }

  #deliver({ id, spec }: Held, changes: readonly FakeChange[]): void {
    const common = { subscribers: [id], count: changes.length };
    const texts = changes.map((change) => textOf(change, id));
    let deliveries: ChangeDelivery[];
    if (spec.delivery?.payload === false) deliveries = [{ kind: 'notify', ...common, text: '' }];
    else if (spec.delivery === undefined || spec.delivery.mode === 'each') {
      deliveries = texts.map((text) => ({ kind: 'each', ...common, count: 1, text }));
    } else deliveries = [{ kind: 'batch', ...common, text: `[${texts.join()}]` }];
    this.#sink({ control: null, columnLists: [], deliveries });
  }

  #control(control: ControlMessage): void {
    this.#sink({ control, columnLists: [], deliveries: [] });
  }
}

/** False where it surely is not. */
function isMatch({ schema, table, event, filter = '' }: SubscriptionSpec, change: FakeChange): boolean {
  if (schema !== '*' && schema !== (change.schema ?? 'public')) return false;
  if (table !== '*' && table !== change.table) return false;
  if (event !== '*' && event !== change.eventType) return false;
  if (filter === '' || change.eventType === 'TRUNCATE') return true;
  const row = (change.eventType === 'DELETE' ? change.old : change.new) ?? {};
  return matches(parseFilter(filter), row, columnsOf(row)) !== false;
}

/** As the server would describe columns with these values. */
function columnsOf(row: Row): { name: string; type: string }[] {
  return Object.entries(row).map(([name, value]) => ({ name, type: typeOf(value) }));
}

function typeOf(value: unknown): string {
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int8' : 'float8';
  return typeof value === 'object' && value !== null ? 'jsonb' : 'text';
}

/** A change as the server writes it. */
function textOf(change: FakeChange, id: number): string {
  const { table, schema = 'public', eventType, new: record, old, errors = null } = change;
  const data = {
    ...{ schema, table, type: eventType, errors },
    commit_timestamp: change.commit_timestamp ?? new Date().toISOString(),
    columns: columnsOf(record ?? old ?? {}),
    ...{ number: change.number, epoch: change.epoch },
    ...(eventType === 'DELETE' ? {} : { record: record ?? {} }),
    ...(eventType === 'INSERT' ? {} : { old_record: old ?? {} }),
  };
  return JSON.stringify({ data, ids: [id] });
}
