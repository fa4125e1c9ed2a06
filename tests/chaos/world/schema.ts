/** A row as PostgreSQL writes it, by column. */
export type TextRow = Readonly<Record<string, string | null>>;

export interface TableSpec {
  name: string;
  key: readonly string[];
  columns: readonly string[];
}

/** The tables under test. `v` is drawn from one sequence at every write, so that it names the write. */
export const tables = {
  rooms: { name: 'rooms', key: ['id'], columns: ['id', 'owner', 'v', 'note', 'big'] },
  stock: { name: 'stock', key: ['shop', 'sku'], columns: ['shop', 'sku', 'v', 'amount'] },
  jobs: { name: 'jobs', key: ['id'], columns: ['id', 'state', 'v', 'body'] },
} satisfies Record<string, TableSpec>;

export type TableName = keyof typeof tables;

export const tableNames = Object.keys(tables) as TableName[];

/** The rows of a filter, as the server and as SQL say it, and decided here. */
export interface RowFilter {
  realtime: string;
  sql: string;
  holds(row: TextRow): boolean;
}

export const openJobs: RowFilter = {
  realtime: 'state=eq.open',
  sql: "state = 'open'",
  holds: ({ state }) => state === 'open',
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
  ${tableNames
    .map(
      (name) => `
  alter table ${name} replica identity full;
  grant select on ${name} to anon, authenticated;
  alter publication supabase_realtime add table ${name};`,
    )
    .join('')}`;

export function keyOf({ key }: TableSpec, row: Readonly<Record<string, unknown>>): string {
  return key.map((column) => String(row[column])).join('/');
}
