import { defaultTiming, startBackend, type Backend, type Log, type Timing } from 'switchboard-backend';
import type { Random } from '../random.js';
import { Airtime } from './airtime.js';
import { Database } from './database.js';
import { Fences } from './fence.js';
import { FetchFaults } from './fetchFaults.js';
import { Ledger } from './ledger.js';
import { Proxy } from '../proxy/proxy.js';
import { createRoomPolicies } from './rooms.js';
import { CHANGE_BYTES, createTables, trackTables } from './schema.js';
import { SilentTimes } from './silentTimes.js';
import type { Timeline } from './timeline.js';

/** Everything but the clients: PostgreSQL, the backend, the proxy in front of it, and the true account of what was written. */
export interface World {
  backend: Backend;
  db: Database;
  ledger: Ledger;
  fences: Fences;
  proxy: Proxy;
  /** Of the clients; http. */
  proxyUrl: string;
  /** Period of the database's pulse. */
  pulseMs: number;
  fetchFaults: FetchFaults;
  silent: SilentTimes;
  airtime: Airtime;
  timeline: Timeline;
  close(): Promise<void>;
}

const PULSE_MS = 500;
/** Of numbered changes. */
const BEAT_MS = 1_000;

/** The waits of the real server, but for those that would only make the run longer. */
export const chaosTiming: Timing = {
  ...defaultTiming,
  connectErrorMs: 500,
  retrySubscribeMs: [500, 2_000],
  publicationCheckMs: 600_000,
};

export async function openWorld(random: Random, timeline: Timeline, timing: Timing): Promise<World> {
  const silent = new SilentTimes();
  const airtime = new Airtime();
  const log: Log = (level, message) => {
    silent.heard(message);
    airtime.heard(message);
    if (level !== 'debug') timeline.note('backend', `${level} ${message}`);
  };
  const backend = await startBackend({
    seed: false,
    timing,
    limits: { changeBytes: CHANGE_BYTES },
    pulseMs: PULSE_MS,
    beatMs: BEAT_MS,
    log,
  });
  const db = new Database(backend.postgres);
  try {
    await db.query(createTables);
    await db.query(trackTables);
    await db.query(createRoomPolicies);
    const fences = new Fences(db);
    await fences.prepare();
    const ledger = await Ledger.open(db);
    const proxy = await Proxy.open(Number(new URL(backend.url).port), random);
    return {
      ...{ backend, db, ledger, fences, proxy, silent, airtime, timeline },
      proxyUrl: `http://127.0.0.1:${proxy.port}`,
      pulseMs: PULSE_MS,
      fetchFaults: new FetchFaults(),
      async close() {
        await proxy.close();
        await db.close();
        await backend.stop();
      },
    };
  } catch (error) {
    await db.close();
    await backend.stop();
    throw error;
  }
}
