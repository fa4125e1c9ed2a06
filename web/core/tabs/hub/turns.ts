import type { Command } from '../../engine/engine.js';

/** How many commands of a tab run before the others have their turn. */
const AT_ONCE = 500;

/** Runs the commands of tabs, each tab's in their order. A flood of one tab does not hold up the others, nor the answers that say that the hub lives. */
export class Turns<Tab> {
  readonly #run: (tab: Tab, command: Command) => void;
  /** How many of this turn. */
  readonly #ran = new Map<Tab, number>();
  readonly #waiting = new Map<Tab, Command[]>();
  #isDue = false;

  constructor(run: (tab: Tab, command: Command) => void) {
    this.#run = run;
  }

  take(tab: Tab, command: Command): void {
    const ran = this.#ran.get(tab) ?? 0;
    const waiting = this.#waiting.get(tab);
    if (waiting !== undefined) waiting.push(command);
    else if (ran === AT_ONCE) this.#waiting.set(tab, [command]);
    else {
      this.#ran.set(tab, ran + 1);
      if (!this.#isDue) setTimeout(this.#next);
      this.#isDue = true;
      this.#run(tab, command);
    }
  }

  readonly #next = (): void => {
    this.#isDue = false;
    this.#ran.clear();
    for (const [tab, waiting] of [...this.#waiting]) {
      this.#waiting.delete(tab);
      const rest = waiting.splice(AT_ONCE);
      for (const command of waiting) this.take(tab, command);
      if (rest.length > 0) this.#waiting.set(tab, rest);
    }
  };
}
