/** On rows that have come to a place where another one was, until a hand that was on its way can have noticed. */
const SETTLING = 'data-settling';
/** From the change of the layout on, so with the time that rows take to move. */
const SETTLE_MS = 600;

/**
 * Marks each row that comes to the place of another one, and each whose button that acts at once gets another meaning. What is new where nothing was is not
 * marked: nobody can have aimed at something else there.
 *
 * @param isOwn whether the button of this row was the last that was pressed: what it means since is no surprise
 * @returns what ends that
 */
export function markSettling(page: Document, isOwn: (row: Element) => boolean): () => void {
  /** What was at each place of a list of rows. */
  let places = placesIn(page);
  const timers = new Map<Element, ReturnType<typeof setTimeout>>();

  const settle = (row: Element): void => {
    row.removeAttribute(SETTLING);
    timers.delete(row);
  };
  const mark = (row: Element): void => {
    clearTimeout(timers.get(row));
    row.setAttribute(SETTLING, '');
    timers.set(
      row,
      setTimeout(() => {
        settle(row);
      }, SETTLE_MS),
    );
  };
  const observer = new MutationObserver(() => {
    const now = placesIn(page);
    for (const [list, rows] of now) {
      const before = places.get(list);
      rows.forEach(({ row, what }, index) => {
        const previous = before?.[index];
        if (previous === undefined || previous.what === what || (previous.row === row && isOwn(row))) return;
        mark(row);
      });
    }
    places = now;
  });
  observer.observe(page.body, { subtree: true, childList: true, attributeFilter: ['style', 'aria-label'] });
  return () => {
    observer.disconnect();
    for (const [row, timer] of timers) {
      clearTimeout(timer);
      settle(row);
    }
  };
}

/** Whether it is in a row that a press may not have been meant for. */
export function isSettling(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(`[${SETTLING}]`) !== null;
}

type Place = { readonly row: Element; readonly what: string };

/** By what holds them: the rows in their order, and what a press would do there. */
function placesIn(page: Document): Map<Element, Place[]> {
  const lists = new Map<Element, Place[]>();
  for (const row of page.querySelectorAll<HTMLElement>('[data-row]')) {
    const list = row.parentElement;
    if (list === null) continue;
    const rows = lists.get(list) ?? [];
    lists.set(list, rows);
    const words = row.querySelector('[data-at-once]')?.getAttribute('aria-label') ?? '';
    // A line that is put above rows moves them, too.
    rows.push({ row, what: `${row.dataset['row'] ?? ''} ${row.style.getPropertyValue('--above')} ${words}` });
  }
  return lists;
}
