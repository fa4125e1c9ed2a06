import { focusIn } from '../focus/focusable.js';

/** Brings the table on display into view, with the focus on its first row; on the table's panel while it has no rows. */
export function focusOnRows(): void {
  const panel = document.querySelector<HTMLElement>('.table-panel');
  if (panel === null) return;
  const button = panel.querySelector<HTMLElement>('[data-row] button');
  if (button === null) focusIn(panel);
  else button.focus({ preventScroll: true });
  panel.closest('.tables')?.scrollIntoView();
}
