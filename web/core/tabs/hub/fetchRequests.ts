import type { ControlMessage, FetchCommand } from '../../engine/engine.js';
import { awake } from './awake.js';
import type { HubTab } from './hubTab.js';

/** How long a tab may fetch for others before another is asked. */
const FETCH_MS = 10_000;

interface Wanted {
  readonly tab: HubTab;
  readonly request: number;
}

type Timer = ReturnType<typeof setTimeout>;

/** What is wanted of one key. */
interface Fetch {
  /** Who fetches now, of those who asked before that began. */
  fetcher: Wanted | null;
  /** Who asked before that began, too. */
  readonly others: Set<Wanted>;
  /** Who has asked since: for them it has begun too early. */
  readonly later: Set<Wanted>;
  /** When the next fetch begins, or the present one has taken too long. */
  timer: Timer | null;
}

/** Has one tab fetch rows for all who asked before that began, and another when that one fails, is gone, or takes too long. */
export class FetchRequests {
  readonly #fetches = new Map<string, Fetch>();

  run(tab: HubTab, command: FetchCommand): void {
    if (command.kind === 'wantFetch') this.#want(command.key, { tab, request: command.request }, command.delayMs);
    else if (command.kind === 'fetchDone') this.#done(tab, command.request, command.rows);
    else this.#drop((wanted) => wanted.tab === tab && wanted.request === command.request);
  }

  /** The tab is gone. */
  left(tab: HubTab): void {
    this.#drop((wanted) => wanted.tab === tab);
  }

  end(): void {
    for (const { timer } of this.#fetches.values()) clear(timer);
    this.#fetches.clear();
  }

  #want(key: string, wanted: Wanted, delayMs: number): void {
    const fetch = this.#fetches.get(key) ?? { fetcher: null, others: new Set(), later: new Set(), timer: null };
    this.#fetches.set(key, fetch);
    fetch.later.add(wanted);
    if (fetch.fetcher !== null) return;
    // The first one's wait is for all. Who can't wait begins.
    if (delayMs === 0) this.#begin(key, fetch);
    else
      fetch.timer ??= setTimeout(() => {
        this.#begin(key, fetch);
      }, delayMs);
  }

  /** For all who have asked so far. */
  #begin(key: string, fetch: Fetch): void {
    for (const wanted of fetch.later) fetch.others.add(wanted);
    fetch.later.clear();
    this.#next(key, fetch);
  }

  /** The next of those for whom it is. */
  #next(key: string, fetch: Fetch): void {
    clear(fetch.timer);
    const [tab] = awake([...fetch.others].map((wanted) => wanted.tab));
    const fetcher = [...fetch.others].find((wanted) => wanted.tab === tab) ?? null;
    fetch.fetcher = fetcher;
    fetch.timer = null;
    if (fetcher !== null) {
      fetch.others.delete(fetcher);
      fetch.timer = setTimeout(() => {
        this.#next(key, fetch);
      }, FETCH_MS);
      say(fetcher.tab, { fetchDue: [fetcher.request] });
    } else if (fetch.later.size > 0) this.#begin(key, fetch);
    else this.#fetches.delete(key);
  }

  #done(tab: HubTab, request: number, rows: readonly unknown[]): void {
    for (const [key, fetch] of this.#fetches) {
      if (fetch.fetcher?.tab !== tab || fetch.fetcher.request !== request) continue;
      const { others } = fetch;
      for (const other of others) say(other.tab, { fetched: [{ request: other.request, rows }] });
      others.clear();
      this.#next(key, fetch);
      return;
    }
  }

  #drop(isMeant: (wanted: Wanted) => boolean): void {
    for (const [key, fetch] of [...this.#fetches]) {
      for (const wanted of [...fetch.others].filter(isMeant)) fetch.others.delete(wanted);
      for (const wanted of [...fetch.later].filter(isMeant)) fetch.later.delete(wanted);
      if (fetch.fetcher !== null) {
        if (isMeant(fetch.fetcher)) this.#next(key, fetch);
      } else if (fetch.later.size === 0) {
        clear(fetch.timer);
        this.#fetches.delete(key);
      }
    }
  }
}

function clear(timer: Timer | null): void {
  if (timer !== null) clearTimeout(timer);
}

function say(tab: HubTab, control: ControlMessage): void {
  tab.post({ batch: { control, columnLists: [], deliveries: [] } });
}
