import { DroppedLines } from './droppedLines.js';
import type { ListenOutput } from './listenOutput.js';
import type { OutputLine } from './outputLines.js';

/** Prints what happens on tables and channels: as much as was asked for, and nothing that the reader has no room for. */
export class Events {
  readonly #output: ListenOutput;
  readonly #dropped: DroppedLines;
  /** Null: without end. */
  readonly #count: number | null;
  #printed = 0;
  #enough: () => void = () => undefined;

  constructor(output: ListenOutput, count: number | null) {
    this.#output = output;
    this.#dropped = new DroppedLines(output);
    this.#count = count;
  }

  /** Calls back when `count` lines are printed. */
  onEnough(call: () => void): void {
    this.#enough = call;
  }

  /** `line` is made only when it is printed; when that throws, nothing was. */
  print(subscription: number, line: () => OutputLine): void {
    if (!this.#takes(subscription)) return;
    this.#output.line(line());
    this.#printed += 1;
    if (this.#printed === this.#count) this.#enough();
  }

  /** Prints what does not count. */
  printBeside(subscription: number, line: OutputLine): void {
    if (this.#takes(subscription)) this.#output.line(line);
  }

  #takes(subscription: number): boolean {
    if (this.#count !== null && this.#printed >= this.#count) return false;
    return !this.#dropped.drops(subscription);
  }
}
