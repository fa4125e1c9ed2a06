import type { Gap } from 'switchboard-realtime';
import type { PlainClient } from '../clients/plain.js';
import type { SeenEvent } from '../clients/plainLog.js';
import type { Ledger, LedgerChange } from '../world/ledger.js';
import { keyOf, tables } from '../world/schema.js';
import { foldRound, type KeyStates } from './keyStates.js';

/** What the server has lost with no sign on the channels concerned. Times are those of commits. */
export interface Silence {
  /** Whether a change of that time was lost so, or may have been. */
  lost(at: number): boolean;
  /** Whether the pulse must have revealed it. */
  mustTell(at: number): boolean;
}

/** What one round was like for one subscription. */
export interface PlainVerdict {
  problems: string[];
  expected: number;
  /** Missing, and inside a reported gap. */
  inGaps: number;
  /** Lost by the server in silence, and inside a gap since beats of the pulse were lost with them. */
  pulsed: number;
  /** Lost by the server in silence such that the pulse could not tell. */
  silent: number;
}

/** Compares what a subscription received in a round with what was committed in it. */
export class PlainCheck {
  readonly #keys: KeyStates = new Map();
  /** The latest change that came, by its place in the order of commits. */
  #latest = -1;

  constructor(
    private readonly client: Pick<PlainClient, 'name' | 'spec' | 'mode' | 'wants' | 'log'>,
    private readonly ledger: Pick<Ledger, 'byId'>,
    private readonly silence: Silence,
  ) {}

  /** `changes`: all of the round. Empties the client's log. */
  judge(changes: readonly LedgerChange[]): PlainVerdict {
    const { log, mode } = this.client;
    const due = changes.filter((change) => this.client.wants(change));
    const excused = new Set(due.filter((change) => this.#excuse(change) !== null));
    const verdict: PlainVerdict = { problems: [], expected: due.length, inGaps: 0, silent: 0, pulsed: 0 };
    if (mode === 'count') this.#judgeCount(due, excused, verdict);
    else {
      this.#judgeEvents(verdict);
      if (mode === 'each') this.#judgeMissing(due, verdict);
      else {
        const table = tables[this.client.spec.table];
        verdict.problems.push(...foldRound(this.#keys, table, due, log.events, excused));
      }
    }
    log.events = [];
    log.count = 0;
    for (const [id, gap] of log.gaps) if (gap.over) log.gaps.delete(id);
    return verdict;
  }

  get name(): string {
    return this.client.name;
  }

  /** Whether a subscription that only counts has counted all that it must; true for others. */
  hasCounted(changes: readonly LedgerChange[]): boolean {
    if (this.client.mode !== 'count') return true;
    const must = changes.filter((change) => this.client.wants(change) && this.#excuse(change) === null);
    return this.client.log.count >= must.length;
  }

  #excuse({ at }: LedgerChange): 'gap' | 'silent' | null {
    if ([...this.client.log.gaps.values()].some((gap) => covers(gap, at))) return 'gap';
    return this.silence.lost(at) && !this.silence.mustTell(at) ? 'silent' : null;
  }

  #judgeCount(due: readonly LedgerChange[], excused: ReadonlySet<LedgerChange>, verdict: PlainVerdict): void {
    const { count } = this.client.log;
    const least = due.length - excused.size;
    if (count < least || count > due.length) {
      verdict.problems.push(`counted ${count} changes, not ${least} to ${due.length}`);
    }
    verdict.inGaps = Math.max(0, due.length - count);
  }

  /** Each is a change that was made and is due, comes once, and after those before it. */
  #judgeEvents({ problems }: PlainVerdict): void {
    const seen = new Set<string>();
    const perRow = new Map<string, number>();
    for (const event of this.client.log.events) {
      const change = this.ledger.byId.get(event.id);
      if (change === undefined && this.#isNetDelete(event)) continue;
      if (change === undefined || !this.client.wants(change)) {
        problems.push(`got what was never written, or not for it: ${describeEvent(event)}`);
        continue;
      }
      if (seen.has(event.id)) problems.push(`got ${describe(change)} twice`);
      seen.add(event.id);
      problems.push(...wrongValues(event, change));
      const row = change.newKey ?? change.oldKey ?? '';
      const before = this.client.mode === 'each' ? this.#latest : (perRow.get(row) ?? -1);
      if (change.seq < before) problems.push(`got ${describe(change)} after seq ${before}`);
      perRow.set(row, change.seq);
      this.#latest = Math.max(this.#latest, change.seq);
    }
  }

  /** A window of `latest` gives the row as it was before its first change: not the one that was deleted, but one that was written too. */
  #isNetDelete({ type, oldRow }: SeenEvent): boolean {
    const written = this.ledger.byId.get(String(oldRow['v']));
    const { mode, spec } = this.client;
    return mode === 'latest' && type === 'DELETE' && written?.newKey === keyOf(tables[spec.table], oldRow);
  }

  #judgeMissing(due: readonly LedgerChange[], verdict: PlainVerdict): void {
    const seen = new Set(this.client.log.events.map(({ id }) => id));
    for (const change of due) {
      if (seen.has(change.id)) continue;
      const excuse = this.#excuse(change);
      if (excuse === 'gap' && this.silence.lost(change.at)) verdict.pulsed += 1;
      else if (excuse === 'gap') verdict.inGaps += 1;
      else if (excuse === 'silent') verdict.silent += 1;
      else verdict.problems.push(`never got ${describe(change)}, which no gap covers`);
    }
  }
}

/** To the millisecond. A change that was too large comes all the same. */
function covers({ code, from, to }: Gap, at: number): boolean {
  return code !== 'PAYLOAD_TOO_LARGE' && at >= from && (to === null || at <= to);
}

export function describe({ seq, at, table, type, id, newKey, oldKey }: LedgerChange): string {
  return `${type} ${table} ${newKey ?? oldKey ?? ''} (write ${id}, seq ${seq}, ${new Date(at).toISOString()})`;
}

function describeEvent({ type, id, newRow, oldRow }: SeenEvent): string {
  return `${type} ${id} ${JSON.stringify(newRow).slice(0, 200)} ${JSON.stringify(oldRow).slice(0, 200)}`;
}

/** int8 and numeric are for tests of their own; the rest must be what was written. */
function wrongValues({ newRow, hasErrors, id }: SeenEvent, { newRow: written }: LedgerChange): string[] {
  if (hasErrors || written === null) return [];
  return Object.entries(newRow)
    .filter(([name]) => name !== 'big' && name !== 'amount')
    .filter(([name, value]) => (value === null ? null : String(value as string | number)) !== written[name])
    .map(([name, value]) => `write ${id} came with ${name} = ${String(value).slice(0, 80)}`);
}
