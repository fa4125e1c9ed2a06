import { createContext, useContext, useSyncExternalStore } from 'react';
import type { RealtimeManager } from 'switchboard-realtime';
import type { MountedInspector } from 'switchboard-realtime/inspector';

/** The inspector at the lower edge of the page. Its code is loaded when it is first opened. */
export class InspectorDock {
  readonly #manager: RealtimeManager;
  readonly #listeners = new Set<() => void>();
  #isOpen = false;
  #mounted: MountedInspector | null = null;

  constructor(manager: RealtimeManager) {
    this.#manager = manager;
  }

  readonly subscribe = (changed: () => void): (() => void) => {
    this.#listeners.add(changed);
    return () => {
      this.#listeners.delete(changed);
    };
  };

  get isOpen(): boolean {
    return this.#isOpen;
  }

  async toggle(): Promise<void> {
    if (this.#isOpen) {
      this.#mounted?.dispose();
      this.#closed();
      return;
    }
    this.#set(true);
    const { mountInspector } = await import('switchboard-realtime/inspector');
    // Closed again meanwhile, or opened once more.
    if (!this.isOpen || this.#mounted !== null) return;
    const onClose = () => {
      this.#closed();
    };
    this.#mounted = mountInspector(this.#manager, { names: ['Dashboard'], onClose });
  }

  #closed(): void {
    this.#mounted = null;
    this.#set(false);
  }

  #set(isOpen: boolean): void {
    this.#isOpen = isOpen;
    for (const changed of this.#listeners) changed();
  }
}

export const InspectorContext = createContext<InspectorDock | null>(null);

/** Whether it is open, and what opens and closes it. */
export function useInspector(): { isOpen: boolean; toggle: () => void } {
  const dock = useContext(InspectorContext);
  if (dock === null) throw new Error('there is no InspectorContext above this component');
  const isOpen = useSyncExternalStore(dock.subscribe, () => dock.isOpen);
  return { isOpen, toggle: () => void dock.toggle() };
}
