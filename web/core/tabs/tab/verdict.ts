import type { ConnectionStatus, OverallState, SubscriptionState } from '../../api/status.js';
import type { StatusDelta } from '../../engine/engine.js';

/** The core's own, see the option `statusSettleMs`. */
const SETTLE_MS = 1_000;

/** The overall state of one tab, from its own subscriptions and handles, by the rules of src/status/tracker.cpp. */
export class Verdict {
  readonly #settleMs: number;
  readonly #changed: () => void;
  readonly #states = new Map<number, string>();
  readonly #connections = new Map<number, ConnectionStatus>();
  #overall: OverallState = 'idle';
  #since = Date.now();
  #worse: ReturnType<typeof setTimeout> | null = null;

  /** `changed` hears of what changes by itself, when something has been worse for long enough. */
  constructor(settleMs: number | undefined, changed: () => void) {
    this.#settleMs = settleMs ?? SETTLE_MS;
    this.#changed = changed;
  }

  get current(): { overall: OverallState; since: number } {
    return { overall: this.#overall, since: this.#since };
  }

  get connections(): readonly number[] {
    return [...this.#connections.keys()];
  }

  begin(id: number): void {
    this.#states.set(id, 'pending');
  }

  end(id: number): void {
    this.#states.delete(id);
  }

  keepOnly(ids: ReadonlyMap<number, unknown>): void {
    for (const id of this.#states.keys()) if (!ids.has(id)) this.#states.delete(id);
  }

  note(delta: StatusDelta): void {
    for (const id of delta.removedConnections ?? []) this.#connections.delete(id);
    for (const connection of delta.connections ?? []) this.#connections.set(connection.id, connection);
    const refused = [...(delta.refused ?? []), ...(delta.refusedChannels ?? [])];
    for (const { id, state } of [...(delta.subscriptions ?? []), ...(delta.channels ?? [])]) {
      if (this.#states.has(id)) this.#states.set(id, state);
    }
    for (const id of refused) this.#states.delete(id);
  }

  /** Where nothing holds the lines together any more. */
  interrupt(): void {
    this.#connections.clear();
    for (const id of this.#states.keys()) this.#states.set(id, 'retrying');
  }

  stop(): void {
    if (this.#worse !== null) clearTimeout(this.#worse);
    this.#worse = null;
  }

  /** Follows what was noted: at once, or after a while when it is worse. */
  follow(): void {
    const overall = this.#judge();
    const isWorse =
      (this.#overall === 'live' && overall !== 'idle') ||
      (this.#overall === 'partial' && overall !== 'idle' && overall !== 'live');
    if (overall === this.#overall || !isWorse || this.#settleMs === 0) {
      this.#set(overall);
    } else {
      this.#worse ??= setTimeout(() => {
        this.#set(this.#judge());
        this.#changed();
      }, this.#settleMs);
    }
  }

  #set(overall: OverallState): void {
    this.stop();
    if (overall === this.#overall) return;
    this.#overall = overall;
    this.#since = Date.now();
  }

  #judge(): OverallState {
    const states = [...this.#states.values()];
    const count = (wanted: SubscriptionState): number => states.filter((state) => state === wanted).length;
    if (states.length === 0) return 'idle';
    const live = count('live');
    if (live === states.length) return 'live';
    if (live > 0) return 'partial';
    if (count('parked') === states.length) return 'offline';
    const failing = [...this.#connections.values()].some(
      ({ state, attempts }) => state === 'backoff' || (state === 'connecting' && attempts > 0),
    );
    return failing ? 'offline' : 'connecting';
  }
}
