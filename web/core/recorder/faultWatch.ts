import type { Fault } from '../api/options.js';

/** A gap that is open for longer is a fault. */
const LONGEST_GAP_MS = 60_000;

export interface FaultWatchEvents {
  /** Into the recording. */
  note(fault: Fault): void;
  /** The first one, if somebody wants to know. */
  first: ((fault: Fault) => void) | null;
}

/** Notices what an application's developers should hear of: in the recording, and once to the application. */
export class FaultWatch {
  readonly #events: FaultWatchEvents;
  #isFirst = true;
  /** By gap, those that are open. */
  readonly #gaps = new Map<number, ReturnType<typeof setTimeout>>();

  constructor(events: FaultWatchEvents) {
    this.#events = events;
  }

  /** Without the error's message, which may quote a row. */
  callbackFailed(where: string, error: unknown): void {
    this.#report('CALLBACK_FAILED', `${where} threw ${error instanceof Error ? error.name : typeof error}.`);
  }

  /** A subscription was refused until somebody acts. */
  parked(code: string, message: string): void {
    this.#report(code, message);
  }

  /** A gap was reported: `isOpen` when it has no end yet. */
  gap(id: number, isOpen: boolean): void {
    if (this.#events.first === null) return;
    if (!isOpen) this.#endGap(id);
    else if (!this.#gaps.has(id)) this.#gaps.set(id, setTimeout(this.#gapTooLong, LONGEST_GAP_MS, id));
  }

  end(): void {
    for (const id of [...this.#gaps.keys()]) this.#endGap(id);
  }

  #endGap(id: number): void {
    clearTimeout(this.#gaps.get(id));
    this.#gaps.delete(id);
  }

  readonly #gapTooLong = (id: number): void => {
    this.#report('GAP_TOO_LONG', `Gap ${String(id)} is open for ${String(LONGEST_GAP_MS / 1_000)} s.`);
  };

  #report(code: string, message: string): void {
    const fault = { code, message };
    this.#events.note(fault);
    if (!this.#isFirst) return;
    this.#isFirst = false;
    this.#events.first?.(fault);
  }
}
