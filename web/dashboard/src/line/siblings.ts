import type { Desk, Word } from './words.js';

/** A window of this browser that shares the line. */
export type Sibling = { readonly window: string; readonly at: string; readonly desk: Desk };

/** Which windows of this browser are where. They share a line and so one presence, which says all of them. */
export class Siblings {
  readonly #say: (word: Word) => void;
  readonly #window: string;
  readonly #byWindow = new Map<string, Sibling>();
  readonly #listeners = new Set<() => void>();
  #own: Sibling | null = null;
  #list: readonly Sibling[] = [];

  constructor(window: string, say: (word: Word) => void) {
    this.#window = window;
    this.#say = say;
  }

  /** The others, in the same order in each window. The same array until it changed. */
  readonly list = (): readonly Sibling[] => this.#list;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  /** This window is there with this; null: it has gone. */
  enter(at: string, desk: Desk | null): void {
    this.#own = desk === null ? null : { window: this.#window, at, desk };
    this.#say({ window: this.#window, at, desk });
  }

  /** Somebody is new. */
  introduce(): void {
    if (this.#own !== null) this.#say(this.#own);
  }

  heard({ window, at, desk }: Extract<Word, { window: string }>): void {
    if (desk === null) this.#byWindow.delete(window);
    else this.#byWindow.set(window, { window, at, desk });
    this.#changed();
  }

  /** Whether it has been heard of. */
  knows(window: string): boolean {
    return this.#byWindow.has(window);
  }

  /** The window is closed. */
  gone(window: string): void {
    if (this.#byWindow.delete(window)) this.#changed();
  }

  clear(): void {
    this.#byWindow.clear();
    this.#changed();
  }

  #changed(): void {
    this.#list = [...this.#byWindow.values()].sort((a, b) => (a.window < b.window ? -1 : 1));
    for (const listener of [...this.#listeners]) listener();
  }
}
