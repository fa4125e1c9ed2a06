import type { LifecycleEvent } from '../engine/engine.js';
import { HiddenTicks } from './hiddenTicks.js';

/** The page's listeners, until they are removed. */
export interface PageWatch {
  /** How many listeners there are. */
  readonly listeners: number;
  /** What an engine must know that was opened late: `hidden`, `offline` or `savedata`, if so. */
  current(): readonly LifecycleEvent[];
  /** Whether a worker ticks in place of the page's own timers. */
  readonly ticking: boolean;
  /** Removes the listeners and ends the ticks. */
  stop(): void;
}

/**
 * Listens to what the page or worker says about the network and its own life, and reports it. Where there are no such events, as in Node,
 * nothing is listened to. While a page is hidden it also reports a `tick` every `tickMs`, where that can be had.
 */
export function watchPage(report: (event: LifecycleEvent) => void, tickMs: number): PageWatch {
  const scope = eventScope();
  const page = typeof document === 'object' ? document : null;
  const removers: (() => void)[] = [];
  const ticks = new HiddenTicks(tickMs, () => {
    report('tick');
  });
  let left = false;
  const heard = (event: LifecycleEvent): void => {
    // A page that was left keeps no worker: some browsers would not let it rest in the back/forward cache.
    if (event === 'pagehide' || event === 'pageshow') left = event === 'pagehide';
    ticks.set(page?.visibilityState === 'hidden' && !left);
    report(event);
  };
  const add = (target: EventTarget, type: string, listener: () => void): void => {
    target.addEventListener(type, listener);
    removers.push(() => {
      target.removeEventListener(type, listener);
    });
  };
  const listen = (target: EventTarget, type: string, event: () => LifecycleEvent): void => {
    add(target, type, () => {
      heard(event());
    });
  };

  if (scope !== null) {
    for (const type of ['online', 'offline'] as const) listen(scope, type, () => type);
    const connection = networkInformation();
    if (connection !== null) {
      const sparingChanged = sparingWatch();
      add(connection, 'change', () => {
        heard('networkchange');
        const sparing = sparingChanged();
        if (sparing !== null) report(sparing);
      });
    }
  }
  if (scope !== null && page !== null) {
    for (const type of ['pagehide', 'pageshow'] as const) listen(scope, type, () => type);
    for (const type of ['freeze', 'resume'] as const) listen(page, type, () => type);
    listen(page, 'visibilitychange', () => page.visibilityState);
    ticks.set(page.visibilityState === 'hidden');
  }
  return {
    get listeners() {
      return removers.length;
    },
    get ticking() {
      return ticks.running;
    },
    current: () => [
      ...(page?.visibilityState === 'hidden' ? (['hidden'] as const) : []),
      ...(scope !== null && !navigator.onLine ? (['offline'] as const) : []),
      ...(scope !== null && isSparing() ? (['savedata'] as const) : []),
    ],
    stop: () => {
      for (const remove of removers.splice(0)) remove();
      ticks.set(false);
    },
  };
}

/** The window or worker scope, if it knows about being online. */
function eventScope(): EventTarget | null {
  const hasOnline = typeof navigator === 'object' && typeof navigator.onLine === 'boolean';
  return hasOnline && typeof globalThis.addEventListener === 'function' ? globalThis : null;
}

/** Each call tells what has changed since the one before. */
function sparingWatch(): () => 'savedata' | 'fulldata' | null {
  let sparing = isSparing();
  return () => {
    if (isSparing() === sparing) return null;
    sparing = !sparing;
    return sparing ? 'savedata' : 'fulldata';
  };
}

/** Whether the person wants to save data, or the link is of the slow kinds. */
function isSparing(): boolean {
  const { connection } = navigator as { connection?: { saveData?: unknown; effectiveType?: unknown } | null };
  return connection?.saveData === true || ['slow-2g', '2g'].includes(String(connection?.effectiveType));
}

/** Not in every browser, and not in TypeScript's types. */
function networkInformation(): EventTarget | null {
  const { connection } = navigator as { connection?: unknown };
  const target = connection as Partial<EventTarget> | null | undefined;
  return typeof target?.addEventListener === 'function' ? (target as EventTarget) : null;
}
