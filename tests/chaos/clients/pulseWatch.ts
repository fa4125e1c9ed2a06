import type { RealtimeManager, StatusSnapshot } from 'switchboard-realtime';
import type { Ledger } from '../world/ledger.js';
import type { SilentTimes } from '../world/silentTimes.js';

/** How long a beat may be on its way. */
const ARRIVAL_MS = 3_000;

/** Knows since when a manager hears the pulse on all of its connections, and so which silent losses it must have noticed. */
export class PulseWatch {
  /** Unix ms at which it began and ended to hear it, in turns. */
  #turns: number[] = [];

  constructor(manager: RealtimeManager) {
    manager.onStatusChange((status) => {
      const hears = hearsPulse(status);
      if (hears !== (this.#turns.length % 2 === 1)) this.#turns.push(Date.now());
    });
  }

  /**
   * Whether a change that was lost in silence at that commit must lie in a gap: a beat was lost with it, and this manager heard the beats before and
   * after without an interruption.
   */
  mustNotice(at: number, { beats }: Pick<Ledger, 'beats'>, silent: SilentTimes): boolean {
    if (silent.inOutage(at)) return false;
    const before = beats.findLastIndex((beat) => beat < at && !silent.hasLostBeat(beat));
    const after = beats.findIndex((beat) => beat > at && !silent.hasLostBeat(beat));
    const [from, to] = [beats[before], beats[after]];
    return from !== undefined && to !== undefined && after - before > 1 && this.#heardAllThe(from, to + ARRIVAL_MS);
  }

  #heardAllThe(from: number, to: number): boolean {
    const turn = this.#turns.findLastIndex((time) => time <= from);
    const isHearing = turn >= 0 && turn % 2 === 0;
    const end = this.#turns[turn + 1];
    return isHearing && (end === undefined || end >= to);
  }
}

function hearsPulse({ connections }: StatusSnapshot): boolean {
  const states = connections.map(({ state, pulse }) => (state === 'open' ? pulse?.state : undefined));
  return states.length > 0 && states.every((state) => state === 'beating' || state === 'silent');
}
