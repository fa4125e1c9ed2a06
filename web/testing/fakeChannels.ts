import type { ChannelStatus, SubscriptionState } from '../core/index.js';
import type {
  Batch,
  BroadcastDelivery,
  ChannelDelta,
  ChannelSpec,
  Command,
  PresenceChange,
  PushCommand,
} from '../core/engine/engine.js';

interface Handle {
  readonly id: number;
  readonly spec: ChannelSpec;
  state: SubscriptionState;
  /** The newest that it tracks, as JSON. */
  tracked: string | null;
  watches: boolean;
}

type Payload = BroadcastDelivery['payload'];
type Members = ReadonlyMap<string, string>;

const NOBODY: Members = new Map();

/** The channels of an engine whose server is a test: broadcasts go to the handles of their name, as from anybody. */
export class FakeChannels {
  readonly #sink: (batch: Batch) => void;
  readonly #handles = new Map<number, Handle>();
  /** By name of the channel: those whom the test makes present, as JSON by key. */
  readonly #others = new Map<string, Members>();
  /** The same of all who are present, as it was delivered last. */
  readonly #present = new Map<string, Members>();

  constructor(sink: (batch: Batch) => void) {
    this.#sink = sink;
  }

  get states(): SubscriptionState[] {
    return [...this.#handles.values()].map(({ state }) => state);
  }

  /** Puts one handle or all into a state. Returns what is to be reported. */
  setState(
    state: SubscriptionState,
    id: number | undefined,
    detail: Pick<ChannelStatus, 'code' | 'message' | 'nextRetryAt' | 'retryable'>,
  ): ChannelDelta[] {
    const concerned = [...this.#handles.values()].filter((handle) => id === undefined || handle.id === id);
    for (const handle of concerned) handle.state = state;
    const attempts = state === 'retrying' ? 1 : 0;
    return concerned.map((handle) => ({
      ...{ id: handle.id, presenceKey: keyOf(handle), state, since: Date.now(), attempts },
      ...detail,
    }));
  }

  open(id: number, spec: ChannelSpec): void {
    this.#handles.set(id, { id, spec, state: 'pending', tracked: null, watches: false });
  }

  /** False when the command is not about channels. */
  take(command: Command): boolean {
    switch (command.kind) {
      case 'closeChannel':
        this.#close(command.id);
        return true;
      case 'watchPresence':
        this.watch(command.id);
        return true;
      case 'push':
        this.#push(command);
        return true;
      case 'track':
      case 'untrack':
        this.#track(command.channel, command.kind === 'track' ? command.payload : null);
        return true;
      default:
        return false;
    }
  }

  broadcast(name: string, event: string, payload: Payload, except?: number): void {
    const live = this.#of(name).filter(({ id, state }) => state === 'live' && id !== except);
    if (live.length === 0) return;
    const channels = live.map(({ id }) => id);
    this.#deliver([{ kind: 'broadcast', channels, event, payload, json: false, id: null, replayed: false }]);
  }

  setPresence(name: string, members: Members): void {
    this.#others.set(name, members);
    this.#update(name);
  }

  /** From now on the handle gets who is present; at first all that are. */
  watch(id: number): void {
    const handle = this.#handles.get(id);
    if (handle === undefined || handle.watches) return;
    handle.watches = true;
    const present = this.#present.get(handle.spec.name) ?? NOBODY;
    const changes = [...present].map(([key, payload]) => changeOf('join', key, payload));
    this.#deliver([{ kind: 'presence', channels: [id], changes }]);
  }

  clear(): void {
    this.#handles.clear();
  }

  #close(id: number): void {
    const handle = this.#handles.get(id);
    this.#handles.delete(id);
    if (handle !== undefined) this.#update(handle.spec.name);
  }

  #push({ id, channel, event, payload, everyMs }: PushCommand): void {
    const sender = this.#handles.get(channel);
    if (sender === undefined) return;
    this.broadcast(
      sender.spec.name,
      event,
      typeof payload === 'string' ? payload : new Uint8Array(payload),
      sender.spec.self === true ? undefined : channel,
    );
    if (everyMs !== null) return;
    const pushes = [{ id, outcome: 'ok', message: '' }] as const;
    this.#sink({ control: { pushes }, columnLists: [], deliveries: [] });
  }

  #track(id: number, payload: string | null): void {
    const handle = this.#handles.get(id);
    if (handle === undefined) return;
    handle.tracked = payload;
    // The newest counts.
    this.#handles.delete(id);
    this.#handles.set(id, handle);
    this.#update(handle.spec.name);
  }

  /** Delivers what has changed of who is present. */
  #update(name: string): void {
    const before = this.#present.get(name) ?? NOBODY;
    const now = new Map(this.#others.get(name));
    for (const handle of this.#of(name)) if (handle.tracked !== null) now.set(keyOf(handle), handle.tracked);
    this.#present.set(name, now);
    const changes: PresenceChange[] = [];
    for (const [key, payload] of before) if (!now.has(key)) changes.push(changeOf('leave', key, payload));
    for (const [key, payload] of now) {
      const old = before.get(key);
      if (old !== payload) changes.push(changeOf(old === undefined ? 'join' : 'update', key, payload));
    }
    const channels = this.#of(name).flatMap(({ id, watches }) => (watches ? [id] : []));
    if (changes.length > 0 && channels.length > 0) this.#deliver([{ kind: 'presence', channels, changes }]);
  }

  #of(name: string): Handle[] {
    return [...this.#handles.values()].filter(({ spec }) => spec.name === name);
  }

  #deliver(deliveries: Batch['deliveries']): void {
    this.#sink({ control: null, columnLists: [], deliveries });
  }
}

/** Of handles that give no key. */
const OWN_KEY = 'own-key';

function keyOf({ spec }: Handle): string {
  return spec.presenceKey ?? OWN_KEY;
}

function changeOf(kind: PresenceChange['kind'], key: string, payload: string): PresenceChange {
  return { kind, key, metas: `[${payload}]` };
}
