import { useCallback, useState, useSyncExternalStore } from 'react';
import { IDLE_SNAPSHOT, type StatusSnapshot } from '../core/index.js';
import { requireFunction } from '../core/base/validate.js';
import { guarded } from './provider/environment.js';
import { useRealtimeSetup } from './provider/useRealtimeManager.js';
import { shallowEqual } from './base/shallowEqual.js';

type Selector<T> = (status: StatusSnapshot) => T;

/** Remembers what was selected, so that an equal selection is the same object. */
class Selection<T> {
  #last: { snapshot: StatusSnapshot; selector: Selector<T>; value: T } | null = null;

  select(snapshot: StatusSnapshot, selector: Selector<T>): T {
    const last = this.#last;
    if (last !== null && last.snapshot === snapshot && last.selector === selector) return last.value;
    const selected = selector(snapshot);
    const value = last !== null && shallowEqual(last.value, selected) ? last.value : selected;
    this.#last = { snapshot, selector, value };
    return value;
  }
}

const NAME = 'useConnectionStatus';
const whole: Selector<StatusSnapshot> = (status) => status;

function checkedSelector<T>(selector: Selector<T> | undefined): Selector<T> | null {
  if (selector === undefined) return null;
  return guarded(NAME, () => {
    requireFunction(selector, 'selector', 'leave it out for the whole status.');
    return selector;
  });
}

/**
 * The manager's status, or a part of it. The component renders again only when what was selected has changed (one level deep), so a selector may
 * return a fresh array or object. On a server, and while hydrating, it is idle.
 *
 * @param selector picks the part; it may be written inline.
 */
export function useConnectionStatus(): StatusSnapshot;
export function useConnectionStatus<T>(selector: Selector<T>): T;
export function useConnectionStatus<T>(selector?: Selector<T>): T | StatusSnapshot {
  const { manager } = useRealtimeSetup(NAME);
  const [selection] = useState(() => new Selection<T | StatusSnapshot>());
  const pick: Selector<T | StatusSnapshot> = checkedSelector(selector) ?? whole;
  const subscribe = useCallback((changed: () => void) => manager.onStatusChange(changed), [manager]);
  return useSyncExternalStore(
    subscribe,
    () => selection.select(manager.status(), pick),
    () => selection.select(IDLE_SNAPSHOT, pick),
  );
}
