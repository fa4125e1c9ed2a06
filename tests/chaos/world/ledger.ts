import { decodePgoutput, TransactionAssembler, type RowChange } from 'switchboard-backend';
import type { Database } from './database.js';
import { PULSE_TABLE } from './silentTimes.js';
import { isLedgerTable, keyOf, tables, type LedgerTable, type TextRow } from './schema.js';

/** One committed change. */
export interface LedgerChange {
  /** Its place in the order of commits, from 0. */
  seq: number;
  /** Unix ms of the commit, as the server gives it in `commit_timestamp`. */
  at: number;
  table: LedgerTable;
  type: RowChange['type'];
  /** Names the change: the write's number, of a DELETE that of the row that is gone. */
  id: string;
  newRow: TextRow | null;
  oldRow: TextRow | null;
  newKey: string | null;
  oldKey: string | null;
}

interface SlotRow {
  lsn: string;
  data: Buffer;
}

const SLOT = 'chaos_ledger';

/** All committed changes in the order of their commits, read from a replication slot of its own, which outlives restarts of PostgreSQL. */
export class Ledger {
  readonly changes: LedgerChange[] = [];
  readonly byId = new Map<string, LedgerChange>();
  /** Commits of the database's pulse, Unix ms. */
  readonly beats: number[] = [];
  /** Commits of changes of other tables, the pulse's among them. */
  readonly otherCommits: number[] = [];
  readonly #assembler = new TransactionAssembler(() => undefined);
  #lastCommit = 0n;

  private constructor(private readonly db: Database) {}

  static async open(db: Database): Promise<Ledger> {
    await db.query(`select pg_create_logical_replication_slot('${SLOT}', 'pgoutput')`);
    return new Ledger(db);
  }

  /** Takes in what has been committed since. */
  async read(): Promise<void> {
    const { rows } = await this.db.query<SlotRow>(
      `select lsn::text, data from pg_logical_slot_get_binary_changes('${SLOT}', null, null, 'proto_version', '1', 'publication_names', 'supabase_realtime')`,
    );
    for (const { lsn, data } of rows) {
      const message = decodePgoutput(data);
      const changes = this.#assembler.add(message);
      // After a crash the slot repeats what came since its last checkpoint.
      if (message.kind !== 'commit' || numberOf(lsn) <= this.#lastCommit) continue;
      this.#lastCommit = numberOf(lsn);
      for (const change of changes ?? []) this.#add(change);
    }
  }

  #add({ relation, type, committedAt, newValues, oldValues }: RowChange): void {
    if (relation.name === PULSE_TABLE) this.beats.push(committedAt.getTime());
    const table = relation.name;
    if (!isLedgerTable(table)) {
      this.otherCommits.push(committedAt.getTime());
      return;
    }
    const rowOf = (values: RowChange['newValues']): TextRow | null =>
      values === null ? null : Object.fromEntries(relation.columns.map(({ name }, i) => [name, values[i] ?? null]));
    const [newRow, oldRow] = [rowOf(newValues), rowOf(oldValues)];
    const id = changeId(type, newRow, oldRow);
    const spec = tables[table];
    const keys = {
      newKey: newRow === null ? null : keyOf(spec, newRow),
      oldKey: oldRow === null ? null : keyOf(spec, oldRow),
    };
    const change = { seq: this.changes.length, at: committedAt.getTime(), table, type, id, newRow, oldRow, ...keys };
    if (this.byId.has(id)) throw new Error(`the workload has written ${id} twice`);
    this.changes.push(change);
    this.byId.set(id, change);
  }
}

/** The same for a change of the ledger and for what a client received of it. */
export function changeId(
  type: string,
  newRow: Readonly<Record<string, unknown>> | null,
  oldRow: Readonly<Record<string, unknown>> | null,
): string {
  return type === 'DELETE' ? `deleted ${String(oldRow?.['v'])}` : String(newRow?.['v']);
}

function numberOf(lsn: string): bigint {
  const [high = '0', low = '0'] = lsn.split('/');
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}
