import { randomUUID } from 'node:crypto';
import { DatabaseError, type Database } from './database.js';
import { attempt, rolledBack } from './transaction.js';

export type Extension = 'broadcast' | 'presence';
export type Command = 'SELECT' | 'INSERT';

/** Who asks for which topic, as the server shows it to policies. */
export interface ChannelContext {
  /** Without `realtime:`. */
  readonly topic: string;
  readonly role: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** The role of `--db` may not do what the check takes, so nothing is known of the channel. */
export class CheckFailure extends DatabaseError {}

/** What one policy that applies to the role says of one kind of message. */
export interface PolicyVerdict {
  readonly name: string;
  readonly permissive: boolean;
  readonly accepts: boolean;
  /** Why it could not be evaluated. */
  readonly error: string | null;
}

/** One right on a channel. */
export interface Right {
  readonly command: Command;
  readonly extension: Extension;
  /** Null: the server could not find out, for `error`. */
  readonly allowed: boolean | null;
  readonly error: DatabaseError | null;
  readonly policies: readonly PolicyVerdict[];
}

const EXTENSIONS: readonly Extension[] = ['broadcast', 'presence'];
const INSUFFICIENT_PRIVILEGE = '42501';

/** The four rights on a private channel: reading, then writing. Rows are inserted as the server does, and rolled back. */
export async function readRights(db: Database, context: ChannelContext): Promise<Right[]> {
  const reads = await readable(db, context).catch(asFailure);
  const writes = await writable(db, context).catch(asFailure);
  const rights: Right[] = [];
  for (const [command, allowed] of [['SELECT', reads] as const, ['INSERT', writes] as const]) {
    for (const extension of EXTENSIONS) {
      const [verdict, error] = allowed instanceof DatabaseError ? [null, allowed] : [allowed.has(extension), null];
      const policies = await verdictsOf(db, context, command, extension);
      rights.push({ command, extension, allowed: verdict, error, policies });
    }
  }
  return rights;
}

function asFailure(error: unknown): DatabaseError {
  if (error instanceof DatabaseError) return error;
  throw error;
}

/** Makes the rest of the transaction run with the rights of the role, and shows it what the server shows policies. */
export async function assume(db: Database, { topic, role, claims }: ChannelContext): Promise<void> {
  const sub = typeof claims.sub === 'string' ? claims.sub : '';
  await checking(`become ${role}`, () =>
    db.rows(
      `select set_config('role', $1, true), set_config('realtime.topic', $2, true), set_config('request.jwt.claims', $3, true),
         set_config('request.jwt.claim.sub', $4, true), set_config('request.jwt.claim.role', $1, true),
         set_config('request.headers', '{}', true)`,
      [role, topic, JSON.stringify(claims), sub],
    ),
  );
}

/** A privilege that is missing here is one of the role of `--db`. */
async function checking(what: string, step: () => Promise<unknown>): Promise<void> {
  try {
    await step();
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== INSUFFICIENT_PRIVILEGE) throw error;
    throw new CheckFailure(`not known, because the role of --db may not ${what}: ${error.message}`);
  }
}

/** Messages of which extensions the role sees. */
function readable(db: Database, context: ChannelContext): Promise<Set<Extension>> {
  return rolledBack(db, async () => {
    const probes = EXTENSIONS.map((extension) => ({ id: randomUUID(), extension }));
    for (const { id, extension } of probes) await insertProbe(db, [id, context.topic, extension]);
    await assume(db, context);
    const ids = probes.map(({ id }) => id);
    const rows = await db.rows<{ id: string }>('select id from realtime.messages where id = any($1)', [ids]);
    const seen = new Set(rows.map(({ id }) => id));
    return new Set(probes.filter(({ id }) => seen.has(id)).map(({ extension }) => extension));
  });
}

function insertProbe(db: Database, values: readonly string[]): Promise<void> {
  return checking('insert the rows that this takes', () =>
    db.rows('insert into realtime.messages (id, topic, extension) values ($1, $2, $3)', values),
  );
}

/** Messages of which extensions the role may insert. */
function writable(db: Database, context: ChannelContext): Promise<Set<Extension>> {
  return rolledBack(db, async () => {
    await assume(db, context);
    const allowed = new Set<Extension>();
    for (const extension of EXTENSIONS) if (await mayInsert(db, context.topic, extension)) allowed.add(extension);
    return allowed;
  });
}

async function mayInsert(db: Database, topic: string, extension: Extension): Promise<boolean> {
  try {
    await attempt(db, () =>
      db.rows('insert into realtime.messages (topic, extension) values ($1, $2)', [topic, extension]),
    );
    return true;
  } catch (error) {
    if (error instanceof DatabaseError && error.code === INSUFFICIENT_PRIVILEGE) return false;
    throw error;
  }
}

/** What each policy says by itself: PostgreSQL only reports what all of them come to. */
async function verdictsOf(
  db: Database,
  context: ChannelContext,
  command: Command,
  extension: Extension,
): Promise<PolicyVerdict[]> {
  const policies = await db.rows<{ name: string; permissive: boolean; condition: string }>(
    `select p.polname::text as name, p.polpermissive as permissive, coalesce(
       case when $2 = 'a' then pg_get_expr(p.polwithcheck, p.polrelid) end, pg_get_expr(p.polqual, p.polrelid), 'true') as condition
     from pg_policy p where p.polrelid = 'realtime.messages'::regclass and p.polcmd::text in ($2, '*')
       and exists (select from unnest(p.polroles) r(oid) where r.oid = 0 or pg_has_role($1::name, r.oid, 'usage'))
     order by p.polpermissive desc, p.polname`,
    [context.role, command === 'SELECT' ? 'r' : 'a'],
  );
  return rolledBack(db, async () => {
    const verdicts: PolicyVerdict[] = [];
    for (const { name, permissive, condition } of policies) {
      verdicts.push({ name, permissive, ...(await evaluate(db, condition, context, extension)) });
    }
    return verdicts;
  });
}

/** On a row such as the server inserts. */
async function evaluate(
  db: Database,
  condition: string,
  context: ChannelContext,
  extension: Extension,
): Promise<Pick<PolicyVerdict, 'accepts' | 'error'>> {
  try {
    const [row] = await attempt(db, async () => {
      await assume(db, context);
      return db.rows<{ accepts: boolean | null }>(
        `select (${condition}) as accepts from jsonb_populate_record(null::realtime.messages, jsonb_build_object(
           'id', gen_random_uuid(), 'topic', $1::text, 'extension', $2::text, 'private', false,
           'inserted_at', now(), 'updated_at', now())) as messages`,
        [context.topic, extension],
      );
    });
    return { accepts: row?.accepts === true, error: null };
  } catch (error) {
    return { accepts: false, error: asFailure(error).message };
  }
}
