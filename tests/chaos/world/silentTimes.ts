import { setTimeout as sleep } from 'node:timers/promises';

interface Silence {
  from: number;
  to: number | null;
}

/** How much later than it was committed a change may reach the server, on a busy machine. */
const ON_THE_WAY_MS = 5_000;

/** The times in which the server lost changes with no sign on the wire: nobody can tell without a pulse. */
export class SilentTimes {
  #times: Silence[] = [];
  #inSilence = false;

  /** From now on the server loses changes on demand: in silence, or such that it will give a sign. */
  onDemand(inSilence: boolean): void {
    this.#inSilence = inSilence;
  }

  /** A line of the server's log. */
  heard(message: string): void {
    const now = Date.now();
    const lost = /^lost: changes committed at (.*)$/.exec(message)?.[1];
    if (lost !== undefined) {
      if (this.#inSilence) this.#times.push({ from: Date.parse(lost), to: Date.parse(lost) });
    } else if (message.startsWith('replication stream lost')) this.begin();
    else if (message.startsWith('replication stream is back')) this.end();
    else if (message.includes('changes lost')) this.#times.push({ from: now - ON_THE_WAY_MS, to: now });
  }

  /** Replication is gone, or about to go. */
  begin(): void {
    if (!this.isSilent) this.#times.push({ from: Date.now() - ON_THE_WAY_MS, to: null });
  }

  end(): void {
    const now = Date.now();
    for (const time of this.#times) time.to ??= now;
  }

  get isSilent(): boolean {
    const now = Date.now();
    return this.#times.some(({ to }) => to === null || to > now);
  }

  async over(limitMs: number): Promise<void> {
    for (const end = Date.now() + limitMs; this.isSilent;) {
      if (Date.now() > end) throw new Error('replication did not come back');
      await sleep(50);
    }
  }

  /** Whether a change that was committed then may have been lost so. */
  covers(at: number): boolean {
    return this.#times.some(({ from, to }) => at >= from && (to === null || at <= to));
  }

  /** Anything since then. */
  since(at: number): boolean {
    return this.#times.some(({ to }) => to === null || to >= at);
  }

  forget(): void {
    this.#times = this.#times.filter(({ to }) => to === null);
  }
}
