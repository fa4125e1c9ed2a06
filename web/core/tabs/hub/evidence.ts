import type { LifecycleEvent } from '../../engine/engine.js';

/** What one tab has said of its page. */
export interface PageState {
  hidden: boolean;
  offline: boolean;
  /** When it said whether it is offline, as a place among what all tabs have said of that; 0: it has not. */
  offlineSaid: number;
  sparing: boolean;
  frozen: boolean;
}

/** What the pages of all tabs say together, as the core is to know it. */
export class Evidence {
  #hidden = false;
  #offline = false;
  #sparing = false;
  #lastSaid = 0;

  /** Takes an event into what is known of its page. */
  note(page: PageState, event: LifecycleEvent): void {
    if (event === 'hidden' || event === 'visible') page.hidden = event === 'hidden';
    else if (event === 'offline' || event === 'online') this.#noteNetwork(page, event);
    else if (event === 'savedata' || event === 'fulldata') page.sparing = event === 'savedata';
    else if (event === 'freeze' || event === 'resume') page.frozen = event === 'freeze';
  }

  /** The events that bring the core up to date. */
  merge(pages: readonly PageState[]): LifecycleEvent[] {
    if (pages.length === 0) return [];
    // A page that nobody sees may be out of date, above all when it is frozen.
    const seen = pages.filter(({ hidden, frozen }) => !hidden && !frozen);
    const heard = seen.length > 0 ? seen : pages.filter(({ frozen }) => !frozen);
    const events: LifecycleEvent[] = [];
    const hidden = seen.length === 0;
    const offline = heard.length > 0 ? isOffline(heard) : this.#offline;
    const sparing = pages.some((page) => page.sparing);
    if (offline !== this.#offline) events.push(offline ? 'offline' : 'online');
    if (sparing !== this.#sparing) events.push(sparing ? 'savedata' : 'fulldata');
    if (hidden !== this.#hidden) events.push(hidden ? 'hidden' : 'visible');
    this.#hidden = hidden;
    this.#offline = offline;
    this.#sparing = sparing;
    return events;
  }

  #noteNetwork(page: PageState, event: 'offline' | 'online'): void {
    this.#lastSaid += 1;
    page.offline = event === 'offline';
    page.offlineSaid = this.#lastSaid;
  }
}

/** The newest word counts: who spoke before it may have stopped since. */
function isOffline(pages: readonly PageState[]): boolean {
  const newest = Math.max(...pages.map(({ offlineSaid }) => offlineSaid));
  return pages.some(({ offline, offlineSaid }) => offline && offlineSaid === newest);
}
