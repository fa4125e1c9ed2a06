import { reasonOf, throwIfAborted } from '../base/abort.js';
import type { FetchCommand } from '../engine/engine.js';
import type { RowsSource, RowsWanted } from '../liveRows/sharedFetch.js';

type Rows = readonly unknown[];

interface Open {
  readonly wanted: RowsWanted;
  readonly resolve: (rows: Rows) => void;
  readonly reject: (error: unknown) => void;
}

/** Fetches of live rows that one tab makes for all. Where there are no others, each is made here. */
export class SharedFetches implements RowsSource {
  readonly #mostDelayMs: number;
  readonly #give: (command: FetchCommand) => boolean;
  readonly #open = new Map<number, Open>();
  #lastRequest = 0;

  /** `give`: false where no engine shares fetches. */
  constructor(mostDelayMs: number, give: (command: FetchCommand) => boolean) {
    this.#mostDelayMs = mostDelayMs;
    this.#give = give;
  }

  /** The rows as they are now or later. Rejects when this tab had to fetch them and failed, or the signal fires. */
  rows(wanted: RowsWanted): Promise<Rows> {
    const { key, isPaced, signal } = wanted;
    throwIfAborted(signal);
    this.#lastRequest += 1;
    const request = this.#lastRequest;
    const delayMs = isPaced ? Math.random() * this.#mostDelayMs : 0;
    return new Promise((resolve, reject) => {
      this.#open.set(request, { wanted, resolve, reject });
      signal.addEventListener('abort', () => {
        this.#fail(request, reasonOf(signal));
      });
      if (this.#give({ kind: 'wantFetch', request, key, delayMs })) return;
      setTimeout(() => {
        this.due([request]);
      }, delayMs);
    });
  }

  /** This tab has to fetch. Runs the application's code. */
  due(requests: readonly number[]): void {
    for (const request of requests) {
      const open = this.#open.get(request);
      if (open === undefined) continue;
      open.wanted.fetch().then(
        (rows) => {
          this.#fetched(request, rows);
        },
        (error: unknown) => {
          this.#fail(request, error);
        },
      );
    }
  }

  /** Another tab has fetched them. */
  came(fetched: readonly { readonly request: number; readonly rows: Rows }[]): void {
    for (const { request, rows } of fetched) {
      this.#open.get(request)?.resolve(rows);
      this.#open.delete(request);
    }
  }

  #fetched(request: number, rows: Rows): void {
    const open = this.#open.get(request);
    if (open === undefined) return;
    this.#open.delete(request);
    this.#give(canCross(rows) ? { kind: 'fetchDone', request, rows } : { kind: 'fetchFailed', request });
    open.resolve(rows);
  }

  #fail(request: number, error: unknown): void {
    const open = this.#open.get(request);
    if (open === undefined) return;
    this.#open.delete(request);
    this.#give({ kind: 'fetchFailed', request });
    open.reject(error);
  }
}

/** Rows with functions in them can not be given to another tab. */
function canCross(rows: Rows): boolean {
  const { port1 } = new MessageChannel();
  try {
    port1.postMessage(rows);
    return true;
  } catch {
    return false;
  } finally {
    port1.close();
  }
}
