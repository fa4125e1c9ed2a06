import { useInsertionEffect, useState } from 'react';
import { createRealtimeManager, type ManagerOptions, type RealtimeManager } from '../../core/index.js';
import { absentManager } from './absentManager.js';
import { guarded } from './environment.js';

/** A manager that lives while someone retains it. */
class OwnedManager {
  readonly manager: RealtimeManager;
  #retained = false;

  constructor(options: ManagerOptions) {
    // Starts nothing: a render that is thrown away leaves nothing behind.
    this.manager = guarded('RealtimeProvider', () => createRealtimeManager(options)) ?? absentManager;
  }

  readonly retain = (): (() => void) => {
    this.#retained = true;
    return () => {
      this.#retained = false;
      queueMicrotask(this.#endUnlessRetained);
    };
  };

  /** A turn later, since a hot reload lets go and retains again at once. */
  readonly #endUnlessRetained = (): void => {
    if (!this.#retained) void this.manager.dispose();
  };
}

/**
 * A manager that lives as long as the component, also while `Activity` hides that: what is below it has given its subscriptions back by then, and after `lingerMs`
 * no socket is open. The options of the first render count; to change them, give the component another `key`. In production, options that can't
 * work give a manager that does nothing.
 *
 * @throws SwitchboardError in development, for options that can't work.
 */
export function useOwnedManager(options: ManagerOptions): RealtimeManager {
  const [owned] = useState(() => new OwnedManager(options));
  // Of all effects only these go on while a tree is hidden. What is below is shown again before this component is, so it needs its manager by then.
  useInsertionEffect(owned.retain, [owned]);
  return owned.manager;
}
