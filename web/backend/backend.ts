import { randomBytes, randomUUID } from 'node:crypto';

import pg from 'pg';

import { ChangeFeed } from './changes/feed.js';
import { Faults } from './faults/faults.js';
import { freePort } from './freePort.js';
import { Listener } from './http/listener.js';
import { Router } from './http/router.js';
import { Lab } from './lab/lab.js';
import type { Log } from './log.js';
import { settingsOf, type BackendOptions, type Settings } from './options.js';
import { Cluster } from './postgres/cluster.js';
import { migrate } from './postgres/migrate.js';
import { PeriodicJob } from './pulse/periodicJob.js';
import { Authorization } from './realtime/messages/authorization.js';
import { admit } from './realtime/channels/join.js';
import { Hub, ratesOf } from './realtime/hub.js';
import { MessageStore } from './realtime/messages/messageStore.js';
import { Partitions } from './realtime/messages/partitions.js';
import { RealtimeServer } from './realtime/sockets/server.js';
import type { Stats } from './realtime/stats.js';
import { businesses, type Business } from './seed/businesses.js';
import { seed } from './seed/seed.js';
import { trackTables } from './seed/trackTables.js';
import { Tokens } from './tokens.js';

const LOCALHOST = '127.0.0.1';
const PUBLICATION = 'supabase_realtime';
const MESSAGES_PUBLICATION = 'supabase_realtime_messages_publication';
const DEFAULT_BEAT_MS = 5000;
const SESSION =
  '-c timezone=UTC -c datestyle=ISO -c intervalstyle=postgres -c bytea_output=hex -c extra_float_digits=1';

/** A running backend. Addresses have no trailing slash. */
export interface Backend {
  /** `http://host:port`. */
  readonly url: string;
  /** Realtime endpoint, without `/websocket`. */
  readonly realtime: string;
  readonly rest: string;
  /** Connection string of a superuser. */
  readonly postgres: string;
  readonly anonKey: string;
  readonly serviceKey: string;
  readonly jwtSecret: string;
  /** The seeded businesses. */
  readonly businesses: readonly Business[];
  /** Signs a token; without `exp` it lasts an hour, without `role` it is `authenticated`. `iat` is now unless given. */
  signToken(claims?: Record<string, unknown>): Promise<string>;
  readonly faults: Faults;
  stats(): Stats;
  /** Closes all sockets with 1012 and takes the realtime part down for `downMs`; PostgreSQL stays. */
  restartRealtime(downMs?: number): Promise<void>;
  /** Ends every process, connection and timer, and removes scratch data. */
  stop(): Promise<void>;
}

/** Resolves when PostgreSQL, replication and the server are up. */
export async function startBackend(options: BackendOptions = {}): Promise<Backend> {
  const settings = settingsOf(options);
  const { databaseUrl, host = LOCALHOST, port = 0, postgresPort = 0 } = options;
  if (options.lab === true && host !== LOCALHOST) throw new Error(`the lab is served on ${LOCALHOST} only`);
  if (databaseUrl !== undefined) checkDatabaseUrl(databaseUrl);
  // A port in use is reported before anything is started.
  if (port !== 0) await freePort(host, port);
  if (postgresPort !== 0) await freePort(LOCALHOST, postgresPort);
  const cluster =
    databaseUrl === undefined
      ? await Cluster.create({ port: postgresPort, dataDir: options.dataDir ?? null, log: settings.log })
      : null;
  try {
    return await assemble(options, settings, cluster, cluster?.url ?? databaseUrl ?? '');
  } catch (error) {
    await cluster?.stop();
    throw error;
  }
}

function checkDatabaseUrl(text: string): void {
  if (URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol)) return;
  // Not quoted: it may hold a password.
  throw new Error('The database url must look like postgres://user:password@host:5432/database.');
}

function openPool(connectionString: string, log: Log): pg.Pool {
  const pool = new pg.Pool({ connectionString, options: SESSION, application_name: 'switchboard', max: 10 });
  // A client in use when PostgreSQL goes down fails its query; without a listener its error event would end the process.
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
  });
  pool.on('error', (error) => {
    if (!pool.ending) log('warn', `database connection lost: ${error.message}`);
  });
  return pool;
}

function periodicJobs(
  pool: pg.Pool,
  options: BackendOptions,
  log: Log,
): { pulse: PeriodicJob | null; jobs: PeriodicJob[] } {
  const pulse = options.pulseMs === undefined ? null : PeriodicJob.pulse(pool, options.pulseMs, log);
  const beat = PeriodicJob.beat(pool, options.beatMs ?? DEFAULT_BEAT_MS, log);
  return { pulse, jobs: pulse === null ? [beat] : [pulse, beat] };
}

async function assemble(
  options: BackendOptions,
  settings: Settings,
  cluster: Cluster | null,
  connectionString: string,
): Promise<Backend> {
  const pool = openPool(connectionString, settings.log);
  const rates = ratesOf(settings);
  const feed = new ChangeFeed({
    pool,
    connectionString,
    publication: PUBLICATION,
    messagesPublication: MESSAGES_PUBLICATION,
    timing: settings.timing,
    limits: settings.limits,
    rate: rates.databaseEvents,
    log: settings.log,
  });
  const tokens = new Tokens(options.jwtSecret ?? randomBytes(32).toString('hex'));
  const hub = new Hub(settings, tokens, feed, new Authorization(pool), new MessageStore(pool), rates);
  const server = new RealtimeServer(hub, (socket, inbound) => admit(hub, socket, inbound));
  const router = new Router(pool, hub);
  const { host = LOCALHOST } = options;
  const listener = new Listener(host, {
    onRequest: (request, response) => {
      router.handle(request, response);
    },
    onUpgrade: (request, stream, head) => {
      server.handleUpgrade(request, stream, head);
    },
  });
  const { pulse, jobs } = periodicJobs(pool, options, settings.log);
  const partitions = new Partitions(pool, settings.log);
  const faults = new Faults({ hub, server, listener, feed, cluster, pulse });
  router.faults = faults;
  if (options.lab === true) router.lab = new Lab({ faults, pool, tokens });
  const close = async (): Promise<void> => {
    faults.dispose();
    for (const job of jobs) job.stop();
    partitions.stop();
    await server.close();
    hub.close();
    await listener.close();
    await feed.stop().catch(() => undefined);
    await pool.end().catch(() => undefined);
    await cluster?.stop();
  };
  try {
    await migrate(pool);
    await partitions.start();
    await fill(pool, options, jobs);
    await feed.start();
    await listener.open(options.port ?? 0);
  } catch (error) {
    await close();
    throw error;
  }
  return expose(host, listener.port, connectionString, tokens, hub, faults, close);
}

/** The demo's rows, and what is to happen to them. */
async function fill(pool: pg.Pool, options: BackendOptions, jobs: readonly PeriodicJob[]): Promise<void> {
  if (options.seed !== false) await seed(pool, options.seedDate ?? new Date());
  for (const job of jobs) await job.start();
  if (options.track === true) await trackTables(pool);
}

async function expose(
  host: string,
  port: number,
  postgres: string,
  tokens: Tokens,
  hub: Hub,
  faults: Faults,
  close: () => Promise<void>,
): Promise<Backend> {
  const authority = `${host}:${port}`;
  let stopped: Promise<void> | null = null;
  return {
    url: `http://${authority}`,
    realtime: `ws://${authority}/realtime/v1`,
    rest: `http://${authority}/rest/v1`,
    postgres,
    anonKey: await tokens.signKey('anon'),
    serviceKey: await tokens.signKey('service_role'),
    jwtSecret: tokens.secret,
    businesses,
    signToken: (claims = {}) => {
      const now = Math.floor(Date.now() / 1000);
      return tokens.sign({ role: 'authenticated', iat: now, exp: now + 3600, jti: randomUUID(), ...claims });
    },
    faults,
    stats: () => hub.stats(),
    restartRealtime: (downMs = 0) => faults.restart({ downMs }),
    stop: () => (stopped ??= close()),
  };
}
