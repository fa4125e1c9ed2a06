import { PLAN_LIMITS, type PlanName } from './model/limits.js';
import type { InspectedManager } from './model/source.js';
import type { NamedManager } from './panel/store.js';

/** One manager, several, or none yet. */
export type InspectedManagers = InspectedManager | readonly InspectedManager[];

export interface InspectorOptions {
  /** Where it goes, which decides its size. Default: a dock at the lower edge of the page. */
  container?: HTMLElement | undefined;
  /** What the managers are called, in their order. Default: `Manager 1` … */
  names?: readonly string[] | undefined;
  /** Whose limits the rates are compared with. Default: `free`. It can be changed in the view. */
  plan?: PlanName | undefined;
  /** Default: as the system. */
  theme?: 'light' | 'dark' | 'system' | undefined;
  /** With it, there is a button that closes, which calls this. The dock is also removed. */
  onClose?: (() => void) | undefined;
}

export interface MountedInspector {
  /** The element that it is in; everything else is in the shadow root of that. */
  readonly element: HTMLElement;
  /** Resolves when it is drawn, or has failed or was disposed of before. Never rejects. */
  readonly ready: Promise<void>;
  /** Removes it. It listens to nothing afterwards. Safe to call twice, and while it is loaded. */
  dispose(): void;
}

/**
 * Shows what managers see and why they act. The views are loaded by this call, not with the module.
 *
 * ```ts
 * const { mountInspector } = await import('switchboard-realtime/inspector');
 * const inspector = mountInspector(manager);
 * inspector.dispose();
 * ```
 *
 * @throws TypeError for what is no manager, no container or no plan.
 */
export function mountInspector(managers: InspectedManagers, options: InspectorOptions = {}): MountedInspector {
  const { container, theme = 'system', onClose } = options;
  const plan = checkedPlan(options.plan ?? 'free');
  const named = namedManagers(managers, options.names ?? []);
  const element = document.createElement('div');
  element.dataset['place'] = container === undefined ? 'dock' : 'inside';
  if (theme !== 'system') element.dataset['theme'] = theme;
  const root = element.attachShadow({ mode: 'open' });
  (container ?? document.body).append(element);

  let panel: { dispose(): void } | null = null;
  let isDisposed = false;
  const dispose = (): void => {
    isDisposed = true;
    panel?.dispose();
    panel = null;
    element.remove();
  };
  const close = (): void => {
    dispose();
    onClose?.();
  };
  const onPanelClose = container === undefined || onClose !== undefined ? close : null;
  const ready = import('./panel/openPanel.js').then(
    ({ openPanel }) => {
      if (!isDisposed) panel = openPanel(root, named, { plan, onClose: onPanelClose });
    },
    (error: unknown) => {
      // As plain as it can be: what would draw it better is what has not come.
      root.textContent = `The inspector could not be loaded: ${error instanceof Error ? error.message : String(error)}`;
    },
  );
  return { element, ready, dispose };
}

function namedManagers(given: InspectedManagers, names: readonly string[]): readonly NamedManager[] {
  const managers = isList(given) ? given : [given];
  return managers.map((manager, index) => {
    if (typeof (manager as Partial<InspectedManager> | null | undefined)?.inspect !== 'function') {
      throw new TypeError(
        `mountInspector takes a manager of this version of switchboard-realtime, or a list of them; number ${index + 1} is none.`,
      );
    }
    return { name: names[index] ?? `Manager ${index + 1}`, manager };
  });
}

function isList(given: InspectedManagers): given is readonly InspectedManager[] {
  return Array.isArray(given);
}

function checkedPlan(plan: PlanName): PlanName {
  if (Object.keys(PLAN_LIMITS).includes(plan)) return plan;
  throw new TypeError(`There is no plan "${plan}": it is one of ${Object.keys(PLAN_LIMITS).join(', ')}.`);
}
