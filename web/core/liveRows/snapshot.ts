import type { FetchPage, FetchRequest, FetchResult } from './types.js';
import { keyText, sameValue } from './values.js';

/** What `fetch` gave is not what it should be. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';
}

const MAX_PAGES = 100_000;

/**
 * Reads all pages. `slack()` is how many rows may have come or gone meanwhile, as far as is known.
 *
 * @returns the rows by key; of a row that is on two pages, the later one.
 * @throws SnapshotError for what is no page, lacks keys, or is less than it said; and whatever `fetch` throws.
 */
export async function readSnapshot<Row extends object>(
  fetch: (request: FetchRequest) => Promise<FetchResult<Row>>,
  key: readonly string[],
  signal: AbortSignal,
  slack: () => number,
): Promise<Map<string, Row>> {
  const rows = new Map<string, Row>();
  let cursor: unknown = null;
  let total: number | null = null;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const page = checkPage<Row>(await fetch({ cursor, signal }), pages);
    signal.throwIfAborted();
    if (pages === 0) total = page.total ?? null;
    for (const row of page.rows) rows.set(checkKey(row, key), row);
    const next = page.next ?? null;
    if (next === null) {
      requireTotal(rows.size, total, slack());
      return rows;
    }
    if (sameValue(next, cursor)) throw new SnapshotError('fetch gave the same `next` twice: it would never end');
    cursor = next;
  }
  throw new SnapshotError(`fetch gave more than ${MAX_PAGES} pages`);
}

function checkPage<Row extends object>(result: unknown, pages: number): FetchPage<Row> {
  const page = Array.isArray(result) ? { rows: result as readonly unknown[] } : result;
  const rows = typeof page === 'object' && page !== null ? (page as { rows?: unknown }).rows : null;
  if (!Array.isArray(rows)) {
    throw new SnapshotError(
      `fetch must give an array of rows, or { rows, next?, total? }; page ${pages + 1} is neither`,
    );
  }
  const isRow = (row: unknown): boolean => typeof row === 'object' && row !== null && !Array.isArray(row);
  if (!rows.every(isRow)) throw new SnapshotError(`page ${pages + 1} of fetch holds something that is no row`);
  return page as FetchPage<Row>;
}

function checkKey(row: object, columns: readonly string[]): string {
  const text = keyText(row as Readonly<Record<string, unknown>>, columns);
  if (text !== null) return text;
  throw new SnapshotError(`a row of fetch lacks its key (${columns.join(', ')})`);
}

function requireTotal(count: number, total: number | null, slack: number): void {
  if (total === null || count >= total - slack) return;
  throw new SnapshotError(`fetch gave ${count} of ${total} rows: was the answer cut short (max-rows)?`);
}
