import type { HubTab } from './hubTab.js';

/** In the order in which they are asked: who is looked at is awake. */
export function awake(tabs: Iterable<HubTab>): HubTab[] {
  const rank = ({ page: { hidden, frozen } }: HubTab): number => (frozen ? 2 : hidden ? 1 : 0);
  return [...tabs].sort((a, b) => rank(a) - rank(b));
}
