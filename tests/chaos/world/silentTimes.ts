import { setTimeout as sleep } from 'node:timers/promises';

/** A time in which the server could not know of changes, because replication was gone. */
interface Outage {
  from: number;
  to: number | null;
}

/** How much later than it was committed a change may reach the server, on a busy machine. */
const ON_THE_WAY_MS = 5_000;

/** What the server has lost with no sign on the channels concerned, by its own account. All times are Unix ms of commits. */
export class SilentTimes {
  #outages: Outage[] = [];
  readonly #lost = new Set<number>();
  readonly #lostBeats = new Set<number>();
  #inSilence = false;
  /** Streams of replication that are gone: there is one of changes, and one of messages. */
  #streamsGone = 0;

  /** From now on the server loses changes on demand: in silence, or such that it will give a sign. */
  onDemand(inSilence: boolean): void {
    this.#inSilence = inSilence;
  }

  /** A line of the server's log. */
  heard(message: string): void {
    const now = Date.now();
    const [, names = '', commit = ''] = /^lost: changes of (.*) committed at (.*)$/.exec(message) ?? [];
    if (commit !== '') {
      const at = Date.parse(commit);
      if (names === PULSE_TABLE) this.#lostBeats.add(at);
      else if (this.#inSilence) this.#lost.add(at);
    } else if (message.startsWith('replication stream lost')) {
      this.#streamsGone += 1;
      this.begin();
    } else if (message.startsWith('replication stream is back')) {
      this.#streamsGone -= 1;
      if (this.#streamsGone === 0) this.end();
    } else if (message.includes('changes lost')) this.#outages.push({ from: now - ON_THE_WAY_MS, to: now });
  }

  /** Replication is gone, or about to go. */
  begin(): void {
    if (!this.isSilent) this.#outages.push({ from: Date.now() - ON_THE_WAY_MS, to: null });
  }

  end(): void {
    const now = Date.now();
    for (const outage of this.#outages) outage.to ??= now;
  }

  /** Replication is gone. */
  get isSilent(): boolean {
    return this.#outages.some(({ to }) => to === null);
  }

  async over(limitMs: number): Promise<void> {
    for (const end = Date.now() + limitMs; this.isSilent;) {
      if (Date.now() > end) throw new Error('replication did not come back');
      await sleep(50);
    }
  }

  /** Whether a change that was committed then was lost so, or may have been. */
  covers(at: number): boolean {
    return this.#lost.has(at) || this.inOutage(at);
  }

  inOutage(at: number): boolean {
    return this.#outages.some(({ from, to }) => at >= from && (to === null || at <= to));
  }

  hasLostBeat(at: number): boolean {
    return this.#lostBeats.has(at);
  }

  /** Before the next round. */
  forget(): void {
    this.#outages = this.#outages.filter(({ to }) => to === null);
    this.#lost.clear();
    this.#lostBeats.clear();
  }
}

/** The table that the database's pulse is in. */
export const PULSE_TABLE = 'switchboard_pulse';
