import type { SeenEvent } from '../clients/plainLog.js';
import type { LedgerChange } from '../world/ledger.js';
import { keyOf, type TableSpec } from '../world/schema.js';

/** What a subscriber that applies net effects knows of each key: the write's number, null when it is gone; absent: never heard of. */
export type KeyStates = Map<string, string | null>;

/**
 * Applies a round's net effects, and gives what is wrong: keys whose every change should have come, and that are not as the last change left them.
 * A key of which a change was missed may stay wrong until an event tells of it again.
 */
export function foldRound(
  known: KeyStates,
  table: TableSpec,
  due: readonly LedgerChange[],
  events: readonly SeenEvent[],
  excused: ReadonlySet<LedgerChange>,
): string[] {
  for (const event of events) {
    const [before, after] = [event.oldRow, event.newRow].map((row) => keyOf(table, row));
    if (event.type === 'DELETE') known.set(before ?? '', null);
    else {
      if (event.type === 'UPDATE' && before !== undefined && !before.includes('undefined') && before !== after)
        known.set(before, null);
      known.set(after ?? '', String(event.newRow['v']));
    }
  }
  const wantedStates: KeyStates = new Map();
  const doubtful = new Set<string>();
  for (const change of due) {
    for (const key of [change.oldKey, change.newKey]) if (key !== null && excused.has(change)) doubtful.add(key);
    if (change.oldKey !== null) wantedStates.set(change.oldKey, null);
    if (change.newKey !== null) wantedStates.set(change.newKey, change.newRow?.['v'] ?? null);
  }
  const problems: string[] = [];
  for (const [key, state] of wantedStates) {
    if (doubtful.has(key)) known.delete(key);
    else if (known.has(key) ? known.get(key) !== state : state !== null) {
      problems.push(`${table.name} ${key} is known as ${String(known.get(key))}, and not as ${String(state)}`);
    }
  }
  return problems;
}
