import { throwIfAborted } from '../base/abort.js';
import type { FetchPage, FetchRequest, FetchResult } from '../api/liveRows.js';
import { sameValue } from '../base/sameValue.js';

/** What `fetch` gave is not what it should be. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';
}

const MAX_PAGES = 100_000;
/** A DELETE that explains a missing row may be on its way. */
const SECOND_LOOK_MS = 2_000;

/**
 * Reads all pages. `gone()`: the keys of rows that are known to have gone since it began; null: all. Fewer rows than the first page said are
 * taken for whole only if this many have gone meanwhile; some of these may become known a little later.
 *
 * @returns the rows by key; of a row that is on two pages, the later one.
 * @throws SnapshotError for what is no page, lacks keys, or is less than it said; and whatever `fetch` throws.
 */
export async function readSnapshot<Row extends object>(
  fetch: (request: FetchRequest) => Promise<FetchResult<Row>>,
  key: readonly string[],
  keyOf: (row: Row) => string | null,
  signal: AbortSignal,
  gone: () => ReadonlySet<string> | null,
): Promise<Map<string, Row>> {
  const fetched: Row[] = [];
  let cursor: unknown = null;
  let total: number | null = null;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const page = checkPage<Row>(await fetch({ cursor, signal }), pages);
    throwIfAborted(signal);
    if (pages === 0) total = page.total ?? null;
    for (const row of page.rows) {
      if (keyOf(row) === null) throw lacksKey(key);
      fetched.push(row);
    }
    const next = page.next ?? null;
    if (next === null) {
      if (isShort(byKey(fetched, keyOf), total, gone())) {
        await pause(SECOND_LOOK_MS, signal);
        throwIfAborted(signal);
        const rows = byKey(fetched, keyOf);
        if (isShort(rows, total, gone())) throw tooShort(rows.size, total);
      }
      return byKey(fetched, keyOf);
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

/** Of rows that are not from `fetch`. @throws SnapshotError when one lacks its key. */
export function readRows<Row extends object>(
  rows: readonly Row[],
  key: readonly string[],
  keyOf: (row: Row) => string | null,
): Map<string, Row> {
  if (rows.some((row) => keyOf(row) === null)) throw lacksKey(key);
  return byKey(rows, keyOf);
}

function lacksKey(key: readonly string[]): SnapshotError {
  return new SnapshotError(`a row of fetch lacks its key (${key.join(', ')})`);
}

function byKey<Row extends object>(rows: readonly Row[], keyOf: (row: Row) => string | null): Map<string, Row> {
  return new Map(rows.map((row) => [keyOf(row) ?? '', row]));
}

function isShort(rows: ReadonlyMap<string, unknown>, total: number | null, gone: ReadonlySet<string> | null): boolean {
  if (gone === null) return false;
  let missing = (total ?? 0) - rows.size;
  for (const key of gone) if (!rows.has(key)) missing -= 1;
  return missing > 0;
}

function tooShort(count: number, total: number | null): SnapshotError {
  return new SnapshotError(`fetch gave ${count} of ${total ?? count} rows: was the answer cut short (max-rows)?`);
}

/** Resolves after `ms`, or at once when the signal fires: whoever waits for it looks at the signal. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}
