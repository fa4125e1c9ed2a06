import type { LiveRowsCode, LiveRowsState, LiveRowsStatus } from '../api/liveRows.js';

/** A reason with its words. */
export interface Cause {
  readonly code: LiveRowsCode;
  readonly message: string;
}

const FINE: Cause = { code: 'OK', message: '' };
const FETCHING: Cause = { code: 'CONNECTING', message: 'Fetching.' };

/** What is known of the line and the fetches, and the status that comes of it. */
export class StatusKeeper {
  #status: LiveRowsStatus = Object.freeze({
    state: 'loading',
    code: 'CONNECTING',
    message: '',
    since: Date.now(),
    fetchedAt: null,
  });
  #lineIsLive = false;
  #lineCause: Cause = { code: 'CONNECTING', message: '' };
  /** Grows with each thing that only a fetch can fix. */
  #owed = 1;
  #paid = 0;
  #owedCause: Cause | null = null;
  #failure: Cause | null = null;
  #polled = false;
  #fetchedAt: number | null = null;

  get status(): LiveRowsStatus {
    return this.#status;
  }

  get lineIsLive(): boolean {
    return this.#lineIsLive;
  }

  /** How much is owed at the moment, for `fetched`. */
  get owed(): number {
    return this.#owed;
  }

  /** Nothing is owed. */
  get isPaid(): boolean {
    return this.#paid === this.#owed;
  }

  lineUp(): void {
    this.#lineIsLive = true;
    this.#polled = false;
  }

  lineDown(cause: Cause): void {
    this.#lineIsLive = false;
    this.#lineCause = cause;
  }

  /** Only a fetch that begins from now on makes it good. */
  owe(cause: Cause): void {
    this.#owed += 1;
    this.#owedCause = cause;
    this.#polled = false;
  }

  /** A fetch that began with so much owed is on display. `wasLive`: changes flowed from its beginning. */
  fetched(owed: number, wasLive: boolean): void {
    this.#failure = null;
    this.#fetchedAt = Date.now();
    this.#polled = !this.#lineIsLive;
    // A line that was lost meanwhile and lacks something owes a fetch for that.
    if (wasLive) this.#paid = owed;
  }

  fetchFailed(cause: Cause): void {
    this.#failure = cause;
    this.#polled = false;
  }

  /** True when the status changed. */
  update(): boolean {
    const { state, cause } = this.#judge();
    const before = this.#status;
    const same = state === before.state && cause.code === before.code && cause.message === before.message;
    if (same && before.fetchedAt === this.#fetchedAt) return false;
    const since = state === before.state ? before.since : Date.now();
    this.#status = Object.freeze({ state, ...cause, since, fetchedAt: this.#fetchedAt });
    return true;
  }

  #judge(): { state: LiveRowsState; cause: Cause } {
    const line = this.#lineIsLive ? null : this.#lineCause;
    if (this.#fetchedAt === null) {
      return { state: 'loading', cause: this.#failure ?? line ?? FETCHING };
    }
    if (this.#lineIsLive && this.isPaid && this.#failure === null) return { state: 'live', cause: FINE };
    if (this.#polled) return { state: 'polling', cause: this.#lineCause };
    return { state: 'stale', cause: this.#failure ?? line ?? this.#owedCause ?? FETCHING };
  }
}
