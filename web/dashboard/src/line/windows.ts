import { createContext, useContext, useEffect, useState } from 'react';
import type { Network } from '../data/network.js';
import { Siblings } from './siblings.js';
import { openWords, type Word } from './words.js';

/** A window that shares the line. */
export type Sharer = { readonly isThis: boolean; readonly isCarrier: boolean };

const LOCK = 'dashboard-window ';
/** The package's, held by the tab that carries the line. */
const LEADER = 'switchboard-leader';
const LOOK_EVERY_MS = 500;

/** This window among those that share the line: keeps a lock by which they can be counted, and does what the lab of any of them asks for. */
export class SharedLine {
  readonly #network: Network;
  /** Names this window, and the lock that it holds. */
  readonly name = `${LOCK}${String(Date.now())} ${crypto.randomUUID()}`;
  readonly siblings = new Siblings(this.name, (word) => this.#words?.say(word));
  #words: ReturnType<typeof openWords> | null = null;
  #release = new AbortController();

  constructor(network: Network) {
    this.#network = network;
    // The core of the tab that carries the line takes the page's own.
    Object.assign(globalThis, { WebSocket: network.WebSocket });
    // In the back/forward cache a page may hold neither.
    addEventListener('pagehide', () => {
      this.#release.abort();
      this.#words?.close();
      this.#words = null;
      this.siblings.clear();
    });
    addEventListener('pageshow', ({ persisted }) => {
      if (persisted) this.#enter();
    });
    this.#enter();
  }

  /** Pulls the plug of all that share the line, or puts it back in. */
  plug(isPlugged: boolean): void {
    this.#words?.say({ plugged: isPlugged });
    this.#network.plug(isPlugged);
  }

  /** Ends the worker that carries the line, or loads the tab again that does. */
  endCarrier(): void {
    this.#words?.say({ endCarrier: true });
    void this.#endIfCarrier();
  }

  /** All that share the line, the oldest first. Empty where the browser says nothing of locks. */
  async sharers(): Promise<readonly Sharer[]> {
    if (!('locks' in navigator)) return [];
    const { held = [] } = await navigator.locks.query();
    const carrier = held.find(({ name = '' }) => name.startsWith(LEADER))?.clientId;
    return held
      .filter(({ name = '' }) => name.startsWith(LOCK))
      .sort(({ name: a = '' }, { name: b = '' }) => (a < b ? -1 : 1))
      .map(({ name, clientId }) => ({ isThis: name === this.name, isCarrier: clientId === carrier }));
  }

  #enter(): void {
    this.#release = new AbortController();
    const { signal } = this.#release;
    this.#words = openWords((word) => {
      this.#heard(word);
    });
    this.#words.say({ asks: true });
    this.siblings.introduce();
    if (!('locks' in navigator)) return;
    const untilLeft = (): Promise<void> =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          resolve();
        });
      });
    void navigator.locks.request(this.name, untilLeft);
  }

  #heard(word: Word): void {
    if ('plugged' in word) this.#network.plug(word.plugged);
    else if ('asks' in word) this.#introduce();
    else if ('window' in word) this.#meet(word);
    else void this.#endIfCarrier();
  }

  #introduce(): void {
    this.#words?.say({ plugged: this.#network.isPlugged });
    this.siblings.introduce();
  }

  #meet(word: Extract<Word, { window: string }>): void {
    const isNew = !this.siblings.knows(word.window);
    this.siblings.heard(word);
    if (!isNew || word.desk === null || !('locks' in navigator)) return;
    // It may end without a word. Its lock is free then.
    const { signal } = this.#release;
    const gone = (): void => {
      this.siblings.gone(word.window);
    };
    navigator.locks.request(word.window, { signal, mode: 'shared' }, gone).catch(() => undefined);
  }

  async #endIfCarrier(): Promise<void> {
    const sharers = await this.sharers();
    if (sharers.some(({ isThis, isCarrier }) => isThis && isCarrier)) location.reload();
  }
}

/** Null: this window has a line of its own. */
export const SharedLineContext = createContext<SharedLine | null>(null);

export function useSharedLine(): SharedLine | null {
  return useContext(SharedLineContext);
}

/** The windows that share the line, looked for twice a second. Empty where this one has its own. */
export function useSharers(line: SharedLine | null): readonly Sharer[] {
  const [sharers, setSharers] = useState<readonly Sharer[]>([]);
  useEffect(() => {
    if (line === null) return undefined;
    const look = (): void => void line.sharers().then(setSharers);
    look();
    const timer = setInterval(look, LOOK_EVERY_MS);
    return () => {
      clearInterval(timer);
    };
  }, [line]);
  return sharers;
}
