const FOCUSABLE = 'button, a[href], input, select, textarea, summary, [tabindex]';

/** Whether it is on display and takes the focus. */
export function isFocusable(element: HTMLElement): boolean {
  return element.matches(FOCUSABLE) && !element.matches(':disabled') && isShown(element);
}

/** All in this element that take the focus, in their order. */
export function focusables(element: Element): HTMLElement[] {
  return [...element.querySelectorAll<HTMLElement>(FOCUSABLE)].filter(isFocusable);
}

function isShown(element: Element): boolean {
  return element.isConnected && element.getClientRects().length > 0;
}

/** Focuses a panel, so that Tab goes on with what is in it; of a dialog its first field, or what closes it. False when it is not on display. */
export function focusIn(region: HTMLElement): boolean {
  if (!isShown(region)) return false;
  const found = focusables(region);
  const inDialog = found.find((element) => element.matches('input, select')) ?? found[0];
  if (region.matches('[role="dialog"]') && inDialog !== undefined) inDialog.focus({ preventScroll: true });
  else focusAnyhow(region);
  return true;
}

/** Focuses the element if it is still there; else what is chosen of the page's views. */
export function focusOn(element: Element | null): void {
  if (element instanceof HTMLElement && element !== document.body && isFocusable(element)) element.focus();
  else focusChosenView();
}

export function focusChosenView(): void {
  const tab = document.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]');
  const main = document.querySelector('main');
  if (tab !== null) tab.focus({ preventScroll: true });
  else if (main !== null) focusAnyhow(main);
}

/** Focuses what takes no focus of its own. */
function focusAnyhow(element: HTMLElement): void {
  if (!element.hasAttribute('tabindex')) {
    element.tabIndex = -1;
    const end = (): void => {
      element.removeAttribute('tabindex');
    };
    element.addEventListener('blur', end, { once: true });
  }
  element.focus({ preventScroll: true });
}
