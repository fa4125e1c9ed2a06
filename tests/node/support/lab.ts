import pg from 'pg';
import { fastTiming, startBackend, type Backend, type BackendOptions, type Log } from 'switchboard-backend';
import {
  createRealtimeManager as createManager,
  type ChangePayload,
  type ManagerOptions,
  type NoticeDetail,
  type RealtimeManager,
  type StatusSnapshot,
  type SubscriptionNotice,
  type UntypedSubscribeOptions,
} from 'switchboard-realtime';
import { journalLogger, note } from './journal.js';
import { Recorder } from './until.js';

/** Bursts of tests are no load to limit; where a test is about the limit it gives its own. */
const limits = { eventsPerSecond: 1_000_000 };

/** A backend with the protocol's waits cut short, and a connection to its database. */
export interface Lab {
  backend: Backend;
  db: pg.Client;
  close(): Promise<void>;
}

export async function openLab(options: BackendOptions = {}): Promise<Lab> {
  const log: Log = (level, message) => {
    if (level !== 'debug') note('backend', message);
  };
  const backend = await startBackend({ log, limits, ...options, timing: { ...fastTiming, ...options.timing } });
  const db = new pg.Client(backend.postgres);
  await db.connect();
  return {
    backend,
    db,
    async close() {
      await db.end();
      await backend.stop();
    },
  };
}

/** A manager's options for quick tests; the backend is on this machine. */
export function quick(backend: Backend, more: Partial<ManagerOptions> = {}): ManagerOptions {
  const all = {
    url: backend.url,
    apikey: backend.anonKey,
    backoffBaseMs: 20,
    backoffCapMs: 100,
    logger: journalLogger,
    logLevel: 'info',
    ...more,
  };
  return all as ManagerOptions;
}

export interface Heard {
  status: SubscriptionNotice;
  detail: NoticeDetail;
}

/** One subscription and all that its callbacks got. */
export class Line {
  readonly changes: Recorder<ChangePayload> = new Recorder<ChangePayload>();
  readonly notices = new Recorder<Heard>();
  readonly id: number;

  constructor(manager: RealtimeManager, options: UntypedSubscribeOptions) {
    this.id = manager.subscribe(options, this.changes.push, (status, detail) => {
      this.notices.push({ status, detail });
    });
  }

  /** Resolves when it has received `SUBSCRIBED` for the nth time. */
  async live(times = 1, ms?: number): Promise<void> {
    await this.notices.until(
      `SUBSCRIBED (${times})`,
      (notices) => notices.filter((notice) => notice.status === 'SUBSCRIBED').length >= times,
      ms,
    );
  }
}

/** Resolves when the manager's status fits. */
export async function untilStatus(
  manager: RealtimeManager,
  what: string,
  fits: (status: StatusSnapshot) => boolean,
  ms?: number,
): Promise<StatusSnapshot> {
  const seen = new Recorder<StatusSnapshot>();
  const off = manager.onStatusChange(seen.push);
  try {
    seen.push(manager.status());
    return await seen.first(what, fits, ms);
  } finally {
    off();
  }
}

/** A manager whose connections' states and reported gaps go into the journal. */
export function createRealtimeManager(options: ManagerOptions): RealtimeManager {
  const manager = createManager(options);
  let before = '';
  manager.onStatusChange(({ overall, connections }) => {
    const now = `${overall} ${connections.map(({ state, code }) => `${state} ${code}`).join(', ')}`;
    if (now !== before) note('manager', now);
    before = now;
  });
  return manager;
}
