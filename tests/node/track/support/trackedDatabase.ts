import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { Cluster } from '../../../../web/backend/postgres/cluster.js';
import { SystemPostgres } from '../../support/systemPostgres.js';

const web = fileURLToPath(new URL('../../../../web', import.meta.url));

/** What a message of a tracked table is like. */
export interface Message {
  v: number;
  epoch: string;
  number: number;
  committed: string;
  tables: {
    schema: string;
    table: string;
    columns: { name: string; type: string }[];
    bases?: Record<string, string>;
  }[];
  changes: Change[];
  fetch?: { t: number; rows: number }[];
}

export interface Change {
  t: number;
  type: 'INSERT' | 'UPDATE' | 'DELETE' | 'TRUNCATE';
  record?: Record<string, unknown>;
  old_record?: Record<string, unknown>;
  moved?: boolean;
  errors?: string[];
}

/** An answer of switchboard_changes, with its messages parsed. */
export interface Answer {
  state: 'ok' | 'too_old' | 'refused' | 'not_tracked';
  reason?: string;
  canonical?: string;
  epoch?: string;
  first?: number;
  last?: number;
  messages?: Message[];
  more?: boolean;
}

/** Who asks for the messages of a topic, and how many. By default somebody signed in, for 1,000. */
export interface Asker {
  role?: string;
  claims?: object;
  atMost?: number;
}

export async function sqlFile(name: string): Promise<string> {
  return readFile(join(web, 'sql', name), 'utf8');
}

/**
 * A database with the rights of a hosted project: its owner is no superuser, and realtime belongs to somebody else. The system's
 * PostgreSQL, or with TRACK_POSTGRES=embedded the backend's, which is newer.
 */
export class TrackedDatabase {
  readonly #server: { url: string; stop(): Promise<void> };
  readonly #clients: pg.Client[] = [];

  private constructor(
    server: { url: string; stop(): Promise<void> },
    /** Of the database's owner, who has installed track.sql. */
    readonly sql: pg.Client,
    readonly superuser: pg.Client,
    readonly url: string,
  ) {
    this.#server = server;
    this.#clients.push(sql, superuser);
  }

  /** `further`: settings of the server. */
  static async start(further: Readonly<Record<string, string>> = {}): Promise<TrackedDatabase> {
    const settings = { max_prepared_transactions: '4', ...further };
    const server =
      process.env['TRACK_POSTGRES'] === 'embedded'
        ? await Cluster.create({ port: 0, dataDir: null, log: () => undefined, settings })
        : await SystemPostgres.start(settings);
    const superuser = await connected(server.url);
    await makeHosted(superuser);
    const url = server.url.replace('//postgres@', '//owner@');
    const sql = await connected(url);
    await sql.query(await sqlFile('track.sql'));
    return new TrackedDatabase(server, sql, superuser, url);
  }

  /** One more connection; of the owner unless another role is named. */
  async connect(role = 'owner'): Promise<pg.Client> {
    const client = await connected(this.url.replace('//owner@', `//${role}@`));
    this.#clients.push(client);
    return client;
  }

  /** The messages of a topic in the order in which they were sent, as realtime.messages has them. */
  async sent(topic: string): Promise<Message[]> {
    const { rows } = await this.superuser.query<{ payload: Message }>(
      `select payload from realtime.messages where topic = $1 and event = 'changes'
        order by inserted_at, (payload ->> 'number')::bigint`,
      [topic],
    );
    return rows.map(({ payload }) => payload);
  }

  /** All changes of a topic, in order. */
  async changes(topic: string): Promise<Change[]> {
    return (await this.sent(topic)).flatMap(({ changes }) => changes);
  }

  /** What switchboard_changes answers a role with these claims. */
  async ask(topic: string, after: number | null, asker: Asker = {}): Promise<Answer> {
    const { messages, ...answer } = JSON.parse(await this.askForText(topic, after, asker)) as Omit<
      Answer,
      'messages'
    > & { messages?: string[] };
    return { ...answer, ...(messages && { messages: messages.map((text) => JSON.parse(text) as Message) }) };
  }

  /** The same, as it is sent. */
  async askForText(
    topic: string,
    after: number | null,
    { role = 'authenticated', atMost = 1000, claims = {} }: Asker = {},
  ): Promise<string> {
    return this.as(role, claims, async () => {
      const { rows } = await this.sql.query<{ answer: string }>(
        'select switchboard_changes($1, $2, $3)::text as answer',
        [topic, after, atMost],
      );
      const answer = rows[0]?.answer;
      if (answer === undefined) throw new Error('no answer');
      return answer;
    });
  }

  /** Runs the work in a transaction of a role, as PostgREST and Realtime do, and rolls it back. */
  async as<T>(role: string, claims: object, work: () => Promise<T>): Promise<T> {
    await this.sql.query('begin');
    try {
      await this.sql.query(`select set_config('role', $1, true), set_config('request.jwt.claims', $2, true)`, [
        role,
        JSON.stringify({ role, ...claims }),
      ]);
      return await work();
    } finally {
      await this.sql.query('rollback');
    }
  }

  async problems(): Promise<string[]> {
    const { rows } = await this.superuser.query<{ kind: string; detail: string }>(
      'select kind, detail from switchboard.problems order by id',
    );
    return rows.map(({ kind, detail }) => `${kind}: ${detail}`);
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) await client.end().catch(() => undefined);
    await this.#server.stop();
  }
}

export async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client(url);
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** Schemas, roles and grants as a Supabase project has them. */
async function makeHosted(superuser: pg.Client): Promise<void> {
  await superuser.query('create publication supabase_realtime');
  for (const name of ['0001_roles', '0004_realtime', '0008_messages']) {
    await superuser.query(await readFile(join(web, 'backend', 'migrations', `${name}.sql`), 'utf8'));
  }
  await superuser.query(`
    create table realtime.messages_all partition of realtime.messages default;
    create role supabase_realtime_admin noinherit nologin;
    create role owner login nosuperuser createdb createrole bypassrls replication;
    grant anon, authenticated, service_role, supabase_realtime_admin to owner;
    grant create on database postgres to owner;
    grant all on schema public to owner;
    grant usage on schema realtime, auth to owner;
    alter table realtime.messages owner to supabase_realtime_admin;
    grant select, insert, update on realtime.messages to owner`);
}
