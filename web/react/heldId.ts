import type { RealtimeManager } from '../core/index.js';

/** The id of the subscription that a component's effect holds; readable while rendering. 0: none. */
export class HeldId {
  #id = 0;
  readonly #listeners = new Set<() => void>();

  get current(): number {
    return this.#id;
  }

  hold(id: number | null): void {
    this.#id = id ?? 0;
    // A subscription that others hold already changes nothing at the manager.
    if (this.#id !== 0) for (const changed of this.#listeners) changed();
  }

  /** Calls `changed` when the id or the manager's status has changed. Returns the way to stop. */
  subscribe(manager: RealtimeManager, changed: () => void): () => void {
    this.#listeners.add(changed);
    const off = manager.onStatusChange(changed);
    return () => {
      this.#listeners.delete(changed);
      off();
    };
  }
}
