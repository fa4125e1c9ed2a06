import { Listeners } from '../../core/base/listeners.js';
import type { Channel, RealtimeManager } from '../../core/index.js';

interface Entry {
  readonly manager: RealtimeManager;
  readonly key: string;
  readonly handle: Channel;
  users: number;
}

/** Entries of all components that are to be closed at the end of the turn, unless somebody asks for them. */
const released = new Set<Entry>();

/** Before another handle of the name is opened, which may not agree with them: private and public ones can't be open together. */
function closeReleased(manager: RealtimeManager, name: string): void {
  for (const entry of released) {
    if (entry.manager === manager && entry.handle.name === name) close(entry);
  }
}

function close(entry: Entry): void {
  released.delete(entry);
  entry.handle.close();
}

/**
 * The handle of a channel that a component's effects hold. It is closed at the end of the turn in which they let go of it, unless they ask for the
 * same again: StrictMode does so, and nobody is to see members go and come.
 */
export class HeldChannel {
  #entry: Entry | null = null;
  readonly #listeners = new Listeners();

  /** The handle for this key; null when there is none, or one of another key: what came over that must not be shown. */
  current(key: string | null): Channel | null {
    return this.#entry !== null && this.#entry.key === key ? this.#entry.handle : null;
  }

  /** Opens it unless it is held. Returns the way to let go of it. */
  hold(manager: RealtimeManager, key: string, name: string, open: () => Channel): () => void {
    const before = this.#entry;
    const isHeld = before?.manager === manager && before.key === key && !before.handle.closed;
    if (!isHeld) closeReleased(manager, name);
    const entry = isHeld ? before : { manager, key, handle: open(), users: 0 };
    entry.users += 1;
    released.delete(entry);
    this.#entry = entry;
    this.notify();
    return () => {
      entry.users -= 1;
      if (entry.users === 0) released.add(entry);
      queueMicrotask(() => {
        if (entry.users > 0) return;
        if (this.#entry === entry) this.#entry = null;
        close(entry);
      });
    };
  }

  readonly subscribe = (changed: () => void): (() => void) => this.#listeners.add(changed);

  /** Something of the handle has changed. */
  readonly notify = (): void => {
    this.#listeners.notify();
  };
}
