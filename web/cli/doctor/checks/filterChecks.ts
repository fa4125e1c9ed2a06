import type { Database } from '../facts/database.js';
import type { Finding } from '../finding.js';

/** A filter that some client is subscribed with now. Its value is the client's own business. */
interface LiveFilter {
  table: string;
  column: string;
  op: string;
  /** Of an array, json or jsonb type. */
  unfilterable: boolean;
  /** A pattern that ends in an unescaped backslash. */
  unfinished: boolean;
}

/** Filters of clients that are connected now which the server accepted and can't evaluate, in any table. Supabase's server keeps them in a table. */
export async function checkLiveFilters(db: Database): Promise<Finding[]> {
  const [known] = await db.rows<{ readable: boolean }>(
    `select coalesce(has_schema_privilege('realtime', 'usage')
       and has_table_privilege('realtime.subscription', 'select'), false) as readable
     where to_regclass('realtime.subscription') is not null`,
  );
  if (known?.readable !== true) return [];
  const filters = await db.rows<LiveFilter>(`
    select distinct n.nspname || '.' || c.relname as table, f ->> 'column_name' as column, f ->> 'op' as op,
      coalesce(b.typcategory, t.typcategory) = 'A' or coalesce(b.typname, t.typname) in ('json', 'jsonb') as unfilterable,
      f ->> 'op' in ('like', 'ilike') and length(substring(f ->> 'value' from '\\\\*$')) % 2 = 1 as unfinished
    from realtime.subscription s cross join lateral jsonb_array_elements(to_jsonb(s.filters)) f
      join pg_class c on c.oid = s.entity join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attname = f ->> 'column_name'
      join pg_type t on t.oid = a.atttypid left join pg_type b on b.oid = t.typbasetype
    order by 1, 2, 3`);
  return filters.filter(({ unfilterable, unfinished }) => unfilterable || unfinished).map(finding);
}

function finding({ table, column, op, unfilterable }: LiveFilter): Finding {
  return {
    severity: 'error',
    check: 'live_filter',
    subject: table,
    message: `a client is subscribed with a filter on ${column} (${op}) that silences the project`,
    why: `${unfilterable ? 'The column is of an array or json type' : 'The pattern ends in a backslash'}. The server accepts such a filter, and then fails the whole batch of changes for every subscriber of the project when a row of the table reaches it. Find the client that subscribes with it, and end it.`,
    sql: [],
  };
}
