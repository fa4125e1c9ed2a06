import { focusables } from './focusable.js';

const TOASTS = '[data-sonner-toaster]';

/** How many open dialogs keep an element of the page inert. */
const keepers = new Map<HTMLElement, number>();

/**
 * Makes a dialog modal, all but the toasts: the page behind it takes no focus, and Tab goes through the dialog and the toasts in turn. Radix' own modal
 * dialogs know nothing beside themselves.
 *
 * @returns what ends that
 */
export function besideToasts(dialog: HTMLElement): () => void {
  const behind = [...document.querySelectorAll<HTMLElement>('body > *, #root > *')].filter(
    (element) => !element.contains(dialog) && !element.matches('#root, .toasts, .backdrop'),
  );
  for (const element of behind) keep(element, 1);
  const onKeyDown = (event: KeyboardEvent): void => {
    passOver(event, dialog);
  };
  document.addEventListener('keydown', onKeyDown, { capture: true });
  return () => {
    document.removeEventListener('keydown', onKeyDown, { capture: true });
    for (const element of behind) keep(element, -1);
  };
}

function keep(element: HTMLElement, more: 1 | -1): void {
  const count = (keepers.get(element) ?? 0) + more;
  element.inert = count > 0;
  if (count > 0) keepers.set(element, count);
  else keepers.delete(element);
}

/** At the end of the dialog Tab goes to the first toast, and back; with Shift the other way round. */
function passOver(event: KeyboardEvent, dialog: HTMLElement): void {
  const { key, shiftKey, altKey, ctrlKey, metaKey } = event;
  const toasts = document.querySelector(TOASTS);
  if (key !== 'Tab' || altKey || ctrlKey || metaKey || toasts === null || dialog.inert) return;
  const active = document.activeElement;
  const [here, there] = toasts.contains(active) ? [toasts, dialog] : [dialog, toasts];
  const end = tabStops(here).at(shiftKey ? 0 : -1);
  const next = tabStops(there).at(shiftKey ? -1 : 0);
  if (next === undefined || (active !== end && active !== here && here.contains(active))) return;
  event.preventDefault();
  event.stopPropagation();
  next.focus();
  // When the focus leaves the toasts, sonner takes it back to where it came from.
  if (document.activeElement !== next) next.focus();
}

function tabStops(element: Element): HTMLElement[] {
  return focusables(element).filter(({ tabIndex }) => tabIndex >= 0);
}

/**
 * Spreads the toasts out while one of them has the focus, as it is while the mouse is on one: it is in sight then, and does not go.
 *
 * @returns what ends that
 */
export function holdFocusedToasts(page: Document): () => void {
  const toastsOf = (target: EventTarget | null): Element | null =>
    target instanceof Element ? target.closest(TOASTS) : null;
  const onFocusIn = ({ target }: FocusEvent): void => {
    toastsOf(target)?.dispatchEvent(new MouseEvent('mousemove', { bubbles: true }));
  };
  const onFocusOut = ({ target, relatedTarget }: FocusEvent): void => {
    const toasts = toastsOf(target);
    if (toasts === null || toastsOf(relatedTarget) !== null || toasts.matches(':hover')) return;
    toasts.dispatchEvent(new MouseEvent('mouseout', { bubbles: true, relatedTarget: page.body }));
  };
  page.addEventListener('focusin', onFocusIn);
  page.addEventListener('focusout', onFocusOut);
  return () => {
    page.removeEventListener('focusin', onFocusIn);
    page.removeEventListener('focusout', onFocusOut);
  };
}
