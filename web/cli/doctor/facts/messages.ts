import { assume, type ChannelContext } from './channelRights.js';
import { DatabaseError, type Database } from './database.js';
import { rolledBack } from './transaction.js';

/** The publication by which the server reads messages that the database sends. */
export const MESSAGES_PUBLICATION = 'supabase_realtime_messages_publication';

/** `realtime.messages`, through which private channels are authorized and the database broadcasts. */
export interface MessagesFacts {
  rowSecurity: boolean;
  /** By the database's clock, YYYY-MM-DD. */
  today: string;
  /** Of today and tomorrow those that no partition takes; none where the table is not partitioned. */
  missingDays: readonly string[];
  /** Null when there is no such publication. */
  publication: { insert: boolean; complete: boolean } | null;
  /** The role may use the schema, read the table, and insert into it. */
  schemaUsage: boolean;
  selects: boolean;
  inserts: boolean;
  /** There is a function realtime.send that takes payload, event, topic and private. */
  canSend: boolean;
}

/** Null when there is no such table. The role must exist. */
export async function readMessages(db: Database, role: string): Promise<MessagesFacts | null> {
  const [row] = await db.rows<MessagesFacts>(
    `select c.relrowsecurity as "rowSecurity", to_char(localtimestamp, 'YYYY-MM-DD') as today,
       coalesce((select array_agg(to_char(day, 'YYYY-MM-DD') order by day)
         from unnest(array[localtimestamp, localtimestamp + interval '1 day']) day
         where c.relkind = 'p' and not exists (select from pg_inherits i join pg_class p on p.oid = i.inhrelid
           cross join lateral (select pg_get_expr(p.relpartbound, p.oid)) b(bounds)
           where i.inhparent = c.oid and (b.bounds = 'DEFAULT'
             or day >= coalesce(substring(b.bounds from $r$FROM \\('([^']+)'\\)$r$), '-infinity')::timestamp
             and day < coalesce(substring(b.bounds from $r$TO \\('([^']+)'\\)$r$), 'infinity')::timestamp))), '{}') as "missingDays",
       (select jsonb_build_object('insert', p.pubinsert, 'complete', exists (select from pg_publication_tables t
           where t.pubname = p.pubname and t.schemaname = 'realtime' and t.tablename ~ '^messages(_|$)'))
         from pg_publication p where p.pubname = $2) as publication,
       has_schema_privilege($1::name, c.relnamespace, 'usage') as "schemaUsage",
       has_table_privilege($1::name, c.oid, 'select') as selects,
       has_table_privilege($1::name, c.oid, 'insert') as inserts,
       to_regprocedure('realtime.send(jsonb, text, text, boolean)') is not null as "canSend"
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'realtime' and c.relname = 'messages' and c.relkind in ('r', 'p')`,
    [role, MESSAGES_PUBLICATION],
  );
  return row ?? null;
}

/**
 * What `realtime.send` warns of, with the rights of the role, or with those of the connection for null. It never fails: its errors are
 * warnings, and the message is lost. The message is rolled back.
 */
export async function sendWarnings(db: Database, context: ChannelContext, asRole: boolean): Promise<string[]> {
  return rolledBack(db, async () => {
    try {
      if (asRole) await assume(db, context);
      const values = ['{}', 'switchboard_doctor', context.topic];
      return await db.warnings('select realtime.send($1::jsonb, $2::text, $3::text, true)', values);
    } catch (error) {
      if (error instanceof DatabaseError) return [error.message];
      throw error;
    }
  });
}
