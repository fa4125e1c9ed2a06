/** Remembers the rows that were known, by key, on display or not: one that was not there is new, one that has another value now has changed. */
export class FlashMemory {
  #rows = new Map<string, object>();

  /** Whether the row is news. Nothing is, before there were rows. */
  isNews(key: string, row: object): boolean {
    return this.#rows.size > 0 && !isSame(this.#rows.get(key), row);
  }

  remember(rows: readonly { readonly id: number | string }[]): void {
    this.#rows = new Map(rows.map((row) => [String(row.id), row]));
  }
}

/** Values that did not change are the same objects, here as in TanStack Query. */
function isSame(before: object | undefined, now: object): boolean {
  if (before === now) return true;
  if (before === undefined) return false;
  const old = new Map(Object.entries(before));
  return Object.entries(now).every(([name, value]) => Object.is(old.get(name), value));
}
