import type { PlanName } from '../model/limits.js';
import type { InspectedManager } from '../model/source.js';
import { Watch, type ManagerView } from '../model/watch.js';

export type ViewName =
  'overview' | 'sockets' | 'subscriptions' | 'channels' | 'timeline' | 'limits' | 'latency' | 'session';

/** A manager with the name that the inspector gives it. */
export interface NamedManager {
  readonly name: string;
  readonly manager: InspectedManager;
}

/** What is on display. */
export interface PanelState {
  readonly names: readonly string[];
  readonly chosen: number;
  readonly view: ViewName;
  readonly search: string;
  readonly isPaused: boolean;
  readonly plan: PlanName;
  /** Null: there is no manager. */
  readonly shown: ManagerView | null;
}

/** Keeps what is on display, and follows the manager that was chosen. */
export class PanelStore {
  readonly #managers: readonly NamedManager[];
  readonly #changed: () => void;
  #watch: Watch | null = null;
  #state: PanelState;

  /** `changed`: there is another state to draw. */
  constructor(managers: readonly NamedManager[], plan: PlanName, changed: () => void) {
    this.#managers = managers;
    this.#changed = changed;
    const names = managers.map(({ name }) => name);
    this.#state = { names, chosen: 0, view: 'overview', search: '', isPaused: false, plan, shown: null };
  }

  get state(): PanelState {
    return this.#state;
  }

  get watch(): Watch | null {
    return this.#watch;
  }

  get manager(): InspectedManager | null {
    return this.#managers[this.#state.chosen]?.manager ?? null;
  }

  choose(chosen: number): void {
    this.#watch?.stop();
    this.#state = { ...this.#state, chosen, isPaused: false };
    const { manager } = this;
    this.#watch = manager === null ? null : new Watch(manager, this.#changed);
    this.#watch?.start();
    this.#changed();
  }

  set(part: Partial<Pick<PanelState, 'view' | 'search' | 'isPaused' | 'plan'>>): void {
    this.#state = { ...this.#state, ...part };
    this.#changed();
  }

  /** The newest, unless it is paused. */
  read(): PanelState {
    const { isPaused, shown } = this.#state;
    if (!isPaused || shown === null) this.#state = { ...this.#state, shown: this.#watch?.view() ?? null };
    return this.#state;
  }

  end(): void {
    this.#watch?.stop();
    this.#watch = null;
  }
}
