import type { PlainClient } from '../clients/plain.js';
import type { SeenEvent } from '../clients/plainLog.js';
import type { LedgerChange } from '../world/ledger.js';
import { describe } from './plainCheck.js';

/** What one round was like for one subscription to numbered changes. */
export interface FastVerdict {
  problems: string[];
  expected: number;
  /** That came, where they are not only counted. */
  came: number;
}

/** How a change comes to a subscription on this road. */
interface Due {
  change: LedgerChange;
  /** See `changeId`. */
  id: string;
  type: string;
}

/** The only gap that there may be: of what the database does not keep any more. */
const ALLOWED = 'NOT_KEPT';

/**
 * Compares what a subscription to numbered changes received in a round with what was committed in it: all of it, once, in the order of the commits, and
 * without a gap.
 */
export class FastCheck {
  /** The newest number, and of which epoch. */
  #number = 0;
  #epoch = '';

  constructor(private readonly client: Pick<PlainClient, 'name' | 'spec' | 'mode' | 'log' | 'road'>) {}

  get name(): string {
    return this.client.name;
  }

  /** Whether all has come, or so much of it as is due. */
  hasCome(changes: readonly LedgerChange[]): boolean {
    const { log, mode } = this.client;
    return (mode === 'count' ? log.count : log.events.length) >= this.#due(changes).length;
  }

  /** `changes`: all of the round. Empties the client's log. */
  judge(changes: readonly LedgerChange[]): FastVerdict {
    const { log, mode, road } = this.client;
    const due = this.#due(changes);
    const problems = [...log.gaps.values()]
      .filter(({ code }) => code !== ALLOWED)
      .map((gap) => `was told a gap: ${JSON.stringify(gap)}`);
    if (road !== 'broadcast') problems.push(`is on the road ${String(road)}`);
    if (mode === 'count') {
      if (log.count !== due.length) problems.push(`counted ${log.count} changes, not ${due.length}`);
    } else {
      problems.push(...compare(due, log.events), ...this.#judgeNumbers(log.events));
    }
    const came = log.events.length;
    log.events = [];
    log.count = 0;
    for (const [id, gap] of log.gaps) if (gap.over) log.gaps.delete(id);
    return { problems, expected: due.length, came };
  }

  #due(changes: readonly LedgerChange[]): Due[] {
    const { table, event = '*', filter } = this.client.spec;
    const isIn = (row: LedgerChange['newRow']): boolean => row !== null && (filter === undefined || filter.holds(row));
    const due: Due[] = [];
    for (const change of changes) {
      if (change.table !== table) continue;
      const leaves = change.type === 'UPDATE' && isIn(change.oldRow) && !isIn(change.newRow);
      const comes = leaves || isIn(change.newRow ?? change.oldRow);
      const type = leaves ? 'DELETE' : change.type;
      const id = leaves ? `deleted ${String(change.oldRow?.['v'])}` : change.id;
      if (comes && (event === '*' || event === type)) due.push({ change, id, type });
    }
    return due;
  }

  /** Numbers go up; all changes of a message have the same one. */
  #judgeNumbers(events: readonly SeenEvent[]): string[] {
    const problems: string[] = [];
    for (const { id, number, epoch } of events) {
      if (number === undefined || epoch === undefined) problems.push(`write ${id} came without a number`);
      else if (this.#epoch !== '' && epoch !== this.#epoch) problems.push(`write ${id} is of another epoch`);
      else if (number < this.#number) problems.push(`write ${id} has number ${number} after ${this.#number}`);
      this.#number = number ?? this.#number;
      this.#epoch = epoch ?? this.#epoch;
    }
    return problems;
  }
}

/** Says where they part for the first time; what follows is of no use. */
function compare(due: readonly Due[], events: readonly SeenEvent[]): string[] {
  const seen = new Map<string, number>();
  for (const { id } of events) seen.set(id, (seen.get(id) ?? 0) + 1);
  const twice = [...seen].filter(([, count]) => count > 1).map(([id]) => `write ${id} came twice`);
  const missing = due.filter(({ id }) => !seen.has(id)).map(({ change }) => `never got ${describe(change)}`);
  const wanted = new Set(due.map(({ id }) => id));
  const unasked = [...seen.keys()].filter((id) => !wanted.has(id)).map((id) => `got what was not for it: write ${id}`);
  const problems = [...twice, ...missing, ...unasked];
  if (problems.length > 0) return problems;
  const at = due.findIndex(({ id, type }, i) => events[i]?.id !== id || events[i].type !== type);
  const [wants, got] = [due[at], events[at]];
  if (wants === undefined || got === undefined) return [];
  return [
    `got ${got.type} ${got.id} (number ${String(got.number)}) where ${wants.type} ${describe(wants.change)} was due`,
  ];
}
