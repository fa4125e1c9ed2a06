import { focusables, isFocusable } from './focusable.js';

/** Where a part of the page was before it was removed. What is beside it may have been removed since. */
export type Place = {
  readonly removed: Element;
  readonly parent: Node;
  readonly next: Node | null;
  readonly previous: Node | null;
};

/** Things of which a page shows several, one after the other. */
const LIKE = 'tr, li, button';

/** The places of a lost element and of what it was in, from the inside out; the last one's parent is still on the page. */
export function placesOf(lost: HTMLElement, records: readonly MutationRecord[]): Place[] {
  const places: Place[] = [];
  let node: Node = lost;
  if (lost.isConnected) return [placeIn(lost)];
  while (!node.isConnected) {
    const root = rootOf(node);
    const record = records.findLast(({ removedNodes }) => [...removedNodes].includes(root));
    if (record === undefined || !(root instanceof Element)) break;
    const place = { removed: root, parent: record.target };
    places.push({
      ...place,
      next: survivor(record.nextSibling, 'nextSibling', records),
      previous: survivor(record.previousSibling, 'previousSibling', records),
    });
    node = record.target;
  }
  return places;
}

/** For an element that is still there. */
function placeIn(element: HTMLElement): Place {
  const { parentNode, nextSibling, previousSibling } = element;
  return { removed: element, parent: parentNode ?? element, next: nextSibling, previous: previousSibling };
}

/** The outermost part of what was removed with the node. */
function rootOf(node: Node): Node {
  let root = node;
  while (root.parentNode !== null) root = root.parentNode;
  return root;
}

/** The first of those on this side that is still on the page. */
function survivor(
  beside: Node | null,
  side: 'nextSibling' | 'previousSibling',
  records: readonly MutationRecord[],
): Node | null {
  let node = beside;
  while (node !== null && !node.isConnected) {
    const removed: Node = node;
    node = records.findLast(({ removedNodes }) => [...removedNodes].includes(removed))?.[side] ?? null;
  }
  return node;
}

/** In the nearest thing of the same kind, the element that corresponds to the lost one. Null when there is none. */
export function likeNeighbour(lost: HTMLElement, { removed, next, previous }: Place): HTMLElement | null {
  if (!removed.matches(LIKE)) return null;
  for (const [first, step] of [
    [next, 'nextSibling'],
    [previous, 'previousSibling'],
  ] as const) {
    for (let node = first; node !== null; node = node[step]) {
      if (!(node instanceof HTMLElement) || node.tagName !== removed.tagName) continue;
      const found = counterpart(lost, removed, node);
      if (found !== null) return found;
    }
  }
  return null;
}

function counterpart(lost: HTMLElement, removed: Element, other: HTMLElement): HTMLElement | null {
  if (lost === removed && isFocusable(other) && !other.matches('[data-at-once]')) return other;
  const among = [...removed.querySelectorAll('*')].filter((element) => element.matches('button, a, input, select'));
  // Who presses a key at this moment means the row that was lost: nothing may be changed by that.
  const candidates = focusables(other).filter((element) => !element.matches('[data-at-once]'));
  const index = among.indexOf(lost);
  // Items may have buttons of their own before the one that all have.
  const found = index === among.length - 1 ? candidates.at(-1) : (candidates[index] ?? candidates.at(-1));
  return found ?? (isFocusable(other) ? other : null);
}
