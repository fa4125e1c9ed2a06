/** A table with its publications, and how the application writes to it. */
export interface MadeTable {
  name: string;
  sql: string;
  writes: string[];
  /** Nothing forbids REPLICA IDENTITY FULL and publishing it. */
  isFree: boolean;
}

const KEYS = ['primary key (a)', 'primary key (a, b)', 'unique (a, b)', ''];
const IDENTITIES = ['default', 'full', 'nothing', 'index'];
const COLUMNS = {
  none: '',
  stored: ', g int4 generated always as (a * 2) stored',
  virtual: ', g int4 generated always as (a * 2)',
};
/** Of the publication `extra`, and of `supabase_realtime`: what follows the table's name. Null: it is not in there. */
const ENTRIES = [null, '', '(a)', '(a, b)', '(v)', 'where (a > 0)', "where (v = 'x')", '(a, b, v) where (a > 0)'];

/** Seventy combinations of all that decides whether a table can be updated, the same ones in every run. */
export function seededTables(version: number, isAllPublished: boolean): MadeTable[] {
  const kinds = (Object.keys(COLUMNS) as (keyof typeof COLUMNS)[]).filter(
    (kind) => version >= 18 || kind !== 'virtual',
  );
  const random = generator(20261127);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  return Array.from({ length: 70 }, (_, index) => {
    const [key, identity, own] = [pick(KEYS), pick(IDENTITIES), isAllPublished ? null : pick([null, ...ENTRIES])];
    const kind = pick(['none', ...kinds] as const);
    const [extra, event] = [
      pick(ENTRIES),
      pick(['insert', 'insert, update', 'insert, delete', 'insert, update, delete']),
    ];
    const name = `t${index}`;
    const sql = [
      `create table ${name} (a int4 not null, b text not null, v text default ''${COLUMNS[kind]}${key === '' ? '' : `, ${key}`})`,
      `create unique index ${name}_a on ${name} (a)`,
      `alter table ${name} replica identity ${identity === 'index' ? `using index ${name}_a` : identity}`,
      own === null ? '' : `alter publication supabase_realtime add table ${name} ${own}`,
      extra === null ? '' : `create publication extra${index} for table ${name} ${extra} with (publish = '${event}')`,
      `insert into ${name} values (1, 'x')`,
    ];
    const isBound = (entry: string | null): boolean => entry?.startsWith('(') === true;
    return {
      name,
      sql: sql.filter((text) => text !== '').join(';\n'),
      writes: [
        `insert into ${name} values (2, 'y', 'z')`,
        `insert into ${name} (a, b) values (2, 'y')`,
        `update ${name} set v = 'changed'`,
        `update ${name} set a = 3, b = 'c' where a = 1`,
        `delete from ${name}`,
      ],
      isFree: kind === 'none' && !isBound(own) && !isBound(extra),
    };
  });
}

/** Park and Miller's. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
