import { randomName } from '../wire/messages.js';
import type { Locks } from '../wire/locks.js';

/** What an attempt to get a line begins with. */
export interface Look {
  /** The names of all locks that are held. */
  readonly held: readonly string[];
  /** The name of a lock of this tab's own, by which its hub sees that it lives. */
  readonly lock: string;
  /** Gives that lock back. */
  readonly release: () => void;
}

/** The looks of a tab that wants a line: one for each attempt. What was seen to choose the carrier serves the first. */
export class Looks {
  readonly #locks: Locks;
  readonly #signal: AbortSignal;
  #unused: Look | null = null;

  constructor(locks: Locks, signal: AbortSignal) {
    this.#locks = locks;
    this.#signal = signal;
  }

  /** Whether somebody holds this lock. Rejects when `signal` fires, and where nobody may use locks. */
  async sees(lock: string): Promise<boolean> {
    this.#unused = await this.#look();
    return this.#unused.held.includes(lock);
  }

  async use<T>(attempt: (look: Look) => Promise<T>): Promise<T> {
    const look = this.#unused ?? (await this.#look());
    this.#unused = null;
    try {
      return await attempt(look);
    } catch (error) {
      look.release();
      throw error;
    }
  }

  end(): void {
    this.#unused?.release();
    this.#unused = null;
  }

  /** Both at once: each is a way to another process and back. */
  async #look(): Promise<Look> {
    const lock = randomName('switchboard-tab');
    const holding = this.#locks.hold(lock, this.#signal).then((release) => {
      // At once: with a lock the page could not rest in the back/forward cache.
      this.#signal.addEventListener('abort', release);
      return release;
    });
    try {
      const [release, held] = await Promise.all([holding, this.#locks.held()]);
      return { held, lock, release };
    } catch (error) {
      holding.then(
        (release) => {
          release();
        },
        () => undefined,
      );
      throw error;
    }
  }
}
