import { setTimeout as sleep } from 'node:timers/promises';
import type { RowsClient } from '../clients/rows.js';
import type { Ledger } from '../world/ledger.js';
import { keyOf, tables, type TextRow } from '../world/schema.js';

export interface RowsLimits {
  /** For becoming live with the right rows, all retries included. */
  convergeMs: number;
  /** How long they may be called live while they are not those of the table: what is on its way has to arrive. */
  wrongMs: number;
}

export interface RowsVerdict {
  problems: string[];
  /** Rows that were stale though called live, as the documentation says they may be. */
  excused: number;
}

const LOOK_MS = 100;
/** After so long, rows that may be wrong are taken to stay so. */
const ARRIVAL_MS = 1_500;

/**
 * Waits until the rows are live and those of the table, which nobody writes to any more.
 *
 * `silentLoss`: the server has lost changes that the pulse can't reveal, so that only `verify` finds them; other rows are fetched again then.
 */
export async function checkRows(
  client: RowsClient,
  ledger: Ledger,
  silentLoss: boolean,
  { convergeMs, wrongMs }: RowsLimits,
): Promise<RowsVerdict> {
  const { verifyMs } = client.spec;
  const end = performance.now() + convergeMs;
  const verdict: RowsVerdict = { problems: [], excused: 0 };
  let wrongSince: number | null = null;
  const expected = await client.expectedRows();
  for (;;) {
    const { state, code, message } = client.live.status();
    const wrong = differences(client, expected);
    if (state === 'live' && wrong.length === 0) break;
    const now = performance.now();
    wrongSince = state === 'live' ? (wrongSince ?? now) : null;
    const wrongForMs = wrongSince === null || verifyMs !== undefined ? 0 : now - wrongSince;
    const mayBeWrong = verdict.excused === 0 && (silentLoss || wrong.every((each) => each.mayStay(ledger)));
    if (mayBeWrong && wrongForMs > ARRIVAL_MS) {
      verdict.excused = wrong.length;
      wrongSince = null;
      await client.live.refresh();
    } else if (wrongForMs > wrongMs || now > end) {
      const what = wrong.slice(0, 5).map(({ text }) => text);
      verdict.problems.push(`is ${state} (${code} ${message}) with ${wrong.length} wrong rows: ${what.join('; ')}`);
      break;
    }
    await sleep(LOOK_MS);
  }
  verdict.problems.push(...client.problems.splice(0));
  return verdict;
}

interface Difference {
  text: string;
  /** Whether it is a row that left the filter by an UPDATE, of which the server does not tell. */
  mayStay: (ledger: Ledger) => boolean;
}

function differences(client: RowsClient, expected: readonly TextRow[]): Difference[] {
  const { shown, spec } = client;
  const table = tables[spec.table];
  const texts = (rows: readonly TextRow[]): Map<string, string> =>
    new Map(rows.map((row) => [keyOf(table, row), JSON.stringify(row)]));
  const [have, want] = [texts(shown), texts(expected)];
  const found: Difference[] = [];
  for (const [key, text] of want) {
    if (have.get(key) === text) continue;
    found.push({ text: `${key} is ${cut(have.get(key))}, not ${cut(text)}`, mayStay: () => false });
  }
  for (const row of shown) {
    const key = keyOf(table, row);
    if (want.has(key)) continue;
    found.push({
      text: `${cut(JSON.stringify(row))} is too many`,
      mayStay: (ledger) => client.mayStay(ledger, row),
    });
  }
  if (found.length === 0 && JSON.stringify(shown) !== JSON.stringify(expected)) {
    found.push({ text: 'the order is wrong', mayStay: () => false });
  }
  return found;
}

function cut(text: string | undefined): string {
  return text === undefined ? 'missing' : text.slice(0, 120);
}
