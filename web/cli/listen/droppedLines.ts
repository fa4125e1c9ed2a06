import type { ListenOutput } from './listenOutput.js';

/** Characters that are buffered for a slow reader. */
const MAX_WAITING = 16 * 1024 * 1024;

/** Drops what happens while the reader is too slow for the buffer, and reports them as a gap once it has caught up. */
export class DroppedLines {
  readonly #output: ListenOutput;
  readonly #dropped = new Map<number, { from: Date; count: number }>();

  constructor(output: ListenOutput) {
    this.#output = output;
    output.stdout.onDrain(() => {
      this.#report();
    });
  }

  /** Whether the next line of the subscription is dropped. */
  drops(subscription: number): boolean {
    if (this.#dropped.size === 0 && this.#output.stdout.waiting <= MAX_WAITING) return false;
    if (this.#dropped.size === 0) {
      this.#output.log(
        'switchboard-realtime: the reader of the output is too slow: lines are dropped until it catches up.',
      );
    }
    const before = this.#dropped.get(subscription) ?? { from: new Date(), count: 0 };
    this.#dropped.set(subscription, { ...before, count: before.count + 1 });
    return true;
  }

  #report(): void {
    const now = new Date().toISOString();
    for (const [subscription, { from, count }] of this.#dropped) {
      this.#output.line({
        ...{ type: 'gap', at: now, subscription, gap: null, code: 'OVERFLOW' },
        message: `${count} line${count === 1 ? ' was' : 's were'} not printed: the reader of the output was too slow.`,
        ...{ fromCommit: null, from: from.toISOString(), to: now, over: true },
      });
    }
    this.#dropped.clear();
  }
}
