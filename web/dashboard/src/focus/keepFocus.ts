import { focusChosenView, focusIn, isFocusable } from './focusable.js';
import { likeNeighbour, placesOf, type Place } from './place.js';

/** What the rest of the page knows nothing of: it is above the page and goes by itself. */
const TOASTS = '[data-sonner-toaster]';
/** A dialog gives the focus back by itself when it closes, see Sheet.tsx. */
const DIALOG = '.sheet';
const REGIONS = '.sheet, section, aside';

/**
 * Passes the focus on when the element that has it is removed or disabled: the browser would leave it on `body`, and the next Tab would begin at the top of
 * the page. It goes to the same button of the next row, item or toast, else to the panel or dialog around it, else to the chosen view; from a toast it goes
 * back to where it came from.
 *
 * @returns what ends that
 */
export function keepFocus(page: Document): () => void {
  let focused: HTMLElement | null = null;
  /** What had the focus last that is no toast. */
  let origin: HTMLElement | null = null;
  const isLost = (element: HTMLElement): boolean => !element.isConnected || element.matches(':disabled');

  const onFocus = ({ target }: FocusEvent): void => {
    if (!(target instanceof HTMLElement)) return;
    focused = target;
    if (target.closest(TOASTS) === null) origin = target;
  };
  const onBlur = ({ target }: FocusEvent): void => {
    // Once it is known whether it was removed. When the window loses the focus, the page's own stays where it is.
    queueMicrotask(() => {
      if (target === focused && focused !== null && page.activeElement !== focused && !isLost(focused)) focused = null;
    });
  };
  const observer = new MutationObserver((records) => {
    if (focused === null || !isLost(focused)) return;
    const lost = focused;
    if (page.activeElement !== page.body && page.activeElement !== lost) return;
    focused = null;
    passOn(lost, placesOf(lost, records), origin);
  });

  page.addEventListener('focusin', onFocus);
  page.addEventListener('focusout', onBlur);
  observer.observe(page.body, { subtree: true, childList: true, attributeFilter: ['disabled'] });
  return () => {
    page.removeEventListener('focusin', onFocus);
    page.removeEventListener('focusout', onBlur);
    observer.disconnect();
  };
}

/** @param places where it was, from the inside out */
function passOn(lost: HTMLElement, places: readonly Place[], origin: HTMLElement | null): void {
  if (places.some(({ removed, parent }) => [removed, parent].some((node) => isIn(node, TOASTS)))) {
    if (origin !== null && isFocusable(origin)) {
      origin.focus({ preventScroll: true });
      return;
    }
  } else if (lost.closest(DIALOG)?.isConnected === false) {
    return;
  }
  for (const place of places) {
    const next = likeNeighbour(lost, place);
    if (next === null) continue;
    next.focus({ preventScroll: true });
    return;
  }
  const parent = places.at(-1)?.parent;
  const region = parent?.isConnected === true && parent instanceof Element ? parent.closest(REGIONS) : null;
  if (!(region instanceof HTMLElement) || !focusIn(region)) focusChosenView();
}

function isIn(node: Node | null, selector: string): boolean {
  return node instanceof Element && node.closest(selector) !== null;
}
