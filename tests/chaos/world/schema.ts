import { sampleColumns } from './samples.js';

/** A row as PostgreSQL writes it, by column. */
export type TextRow = Readonly<Record<string, string | null>>;

export interface TableSpec {
  name: string;
  key: readonly string[];
  columns: readonly string[];
}

/**
 * The tables under test. `v` is drawn from one sequence at every write, so that it names the write. Of `notes` and `parts` the server gets no old row but
 * its key, and not the body either where an UPDATE leaves it as it was, since it is stored out of line.
 */
export const tables = {
  rooms: { name: 'rooms', key: ['id'], columns: ['id', 'owner', 'v', 'note', 'big'] },
  stock: { name: 'stock', key: ['shop', 'sku'], columns: ['shop', 'sku', 'v', 'amount'] },
  jobs: { name: 'jobs', key: ['id'], columns: ['id', 'state', 'v', 'body'] },
  notes: { name: 'notes', key: ['id'], columns: ['id', 'v', 'title', 'body'] },
  parts: { name: 'parts', key: ['shop', 'sku'], columns: ['shop', 'sku', 'v', 'body'] },
  samples: { name: 'samples', key: ['id'], columns: ['id', 'v'] },
} satisfies Record<string, TableSpec>;

export type TableName = keyof typeof tables;

/** Those of which every change is accounted for; of the others only the rows of live rows are compared. */
export const ledgerTables = ['rooms', 'stock', 'jobs'] as const;

export type LedgerTable = (typeof ledgerTables)[number];

export function isLedgerTable(name: string): name is LedgerTable {
  return ledgerTables.some((table) => table === name);
}

/** The rows of a filter, as the server and as SQL say it. */
export interface RowFilter {
  realtime: string;
  sql: string;
}

/** One that is decided here too. */
export interface DecidedFilter extends RowFilter {
  holds(row: TextRow): boolean;
}

export const openJobs: DecidedFilter = {
  realtime: 'state=eq.open',
  sql: "state = 'open'",
  holds: ({ state }) => state === 'open',
};

export const lateJobs: DecidedFilter = {
  realtime: 'state=eq.late',
  sql: "state = 'late'",
  holds: ({ state }) => state === 'late',
};

/** One part names the topic of numbered changes, the client decides the other. */
export const someOpenJobs: DecidedFilter = {
  realtime: 'state=eq.open,id=lt.30',
  sql: "state = 'open' and id < 30",
  holds: ({ state, id }) => state === 'open' && Number(id) < 30,
};

/** A row whose text is larger comes without it, and with Error 413. */
export const CHANGE_BYTES = 20_000;

/** Keys from here on are those of fences, which the workload does not touch. */
export const FENCE = 1_000_000;

export const createTables = `
  create sequence chaos_writes;
  create table rooms (id int4 primary key, owner text not null, v int4 not null, note text, big int8);
  create table stock (shop int4, sku text, v int4 not null, amount numeric(12, 2), primary key (shop, sku));
  create table jobs (id int4 primary key, state text not null, v int4 not null, body text);
  create table notes (id int4 primary key, v int4 not null, title text, body text);
  create table parts (shop int4, sku text, v int4 not null, body text, primary key (shop, sku));
  create table samples (id int4 primary key, v int4 not null, ${sampleColumns.map(({ name, type }) => `${name} ${type}`).join(', ')});
  ${(['notes', 'parts'] as const).map((name) => `alter table ${name} alter column body set storage external;`).join('\n')}
  ${[...ledgerTables, 'samples'].map((name) => `alter table ${name} replica identity full;`).join('\n')}
  ${Object.keys(tables)
    .map(
      (name) => `
  grant select on ${name} to anon, authenticated;
  alter publication supabase_realtime add table ${name};`,
    )
    .join('')}`;

/** The tables whose changes are numbered for those who ask for it. */
export const trackTables = `
  select switchboard.track('rooms'), switchboard.track('stock'), switchboard.track('jobs', by => 'state')`;

export function keyOf({ key }: TableSpec, row: Readonly<Record<string, unknown>>): string {
  return key.map((column) => String(row[column])).join('/');
}
