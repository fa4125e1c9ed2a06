import { useState, useSyncExternalStore } from 'react';
import { createRealtimeManager, type ManagerOptions, type RealtimeManager } from '../core/index.js';

/** A manager that lives while someone retains it. */
class OwnedManager {
  readonly #options: ManagerOptions;
  #manager: RealtimeManager;
  #retained = false;
  #ended = false;

  constructor(options: ManagerOptions) {
    this.#options = options;
    // Starts nothing: a render that is thrown away leaves nothing behind.
    this.#manager = createRealtimeManager(options);
  }

  readonly current = (): RealtimeManager => this.#manager;

  readonly retain = (): (() => void) => {
    this.#retained = true;
    if (this.#ended) {
      // Hidden and shown again (Activity): the component starts anew, with a manager of its own again.
      this.#ended = false;
      this.#manager = createRealtimeManager(this.#options);
    }
    return () => {
      this.#retained = false;
      queueMicrotask(this.#endUnlessRetained);
    };
  };

  /** A turn later, since StrictMode lets go and retains again at once. */
  readonly #endUnlessRetained = (): void => {
    if (this.#retained || this.#ended) return;
    this.#ended = true;
    void this.#manager.dispose();
  };
}

/**
 * A manager that lives as long as the component. The options of the first render count; to change them, give the component another `key`.
 */
export function useOwnedManager(options: ManagerOptions): RealtimeManager {
  const [owned] = useState(() => new OwnedManager(options));
  return useSyncExternalStore(owned.retain, owned.current, owned.current);
}
