import { Listeners } from '../../core/base/listeners.js';
import type { RealtimeManager } from '../../core/index.js';

/** The id of the subscription that a component's effect holds; readable while rendering. 0: none. */
export class HeldId {
  #id = 0;
  readonly #listeners = new Listeners();

  get current(): number {
    return this.#id;
  }

  hold(id: number | null): void {
    this.#id = id ?? 0;
    // A subscription that others hold already changes nothing at the manager.
    if (this.#id !== 0) this.#listeners.notify();
  }

  /** Calls `changed` when the id or the manager's status has changed. Returns the way to stop. */
  subscribe(manager: RealtimeManager, changed: () => void): () => void {
    const remove = this.#listeners.add(changed);
    const off = manager.onStatusChange(changed);
    return () => {
      remove();
      off();
    };
  }
}
