import { focusIn } from '../focus/focusable.js';

/** Brings the table on display into view, with the focus on the row of this id, or else on the first; on the table's panel while it has no rows. */
export function focusOnRows(id?: number | string): void {
  const panel = document.querySelector<HTMLElement>('.table-panel');
  if (panel === null) return;
  const row = id === undefined ? null : panel.querySelector(`[data-row="${id}"]`);
  const button = (row ?? panel.querySelector('[data-row]'))?.querySelector<HTMLElement>('button');
  if (button === null || button === undefined) focusIn(panel);
  else button.focus({ preventScroll: true });
  panel.closest('.tables')?.scrollIntoView();
}
