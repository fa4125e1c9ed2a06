import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AccessTokenCallback, RealtimeManager, TuningOptions } from 'switchboard-realtime';
import { createRealtimeManager, Line, openLab, quick, untilStatus, type Lab } from '../support/lab.js';
import { Recorder } from '../support/until.js';

interface Options extends TuningOptions {
  accessToken?: AccessTokenCallback;
}

/** Every wait that is not asked for below, cut short. */
const short: Options = {
  heartbeatIdleMs: 150,
  heartbeatTimeoutMs: 150,
  connectTimeoutMs: 300,
  joinTimeoutMs: 400,
  joinStallMs: 100,
  slowBaseMs: 30,
  slowCapMs: 60,
  statusSettleMs: 0,
};

let lab: Lab;
let managers: RealtimeManager[] = [];

beforeAll(async () => {
  lab = await openLab();
});

afterEach(async () => {
  await lab.backend.faults.reset();
  lab.backend.faults.drop();
  await Promise.all(managers.map((manager) => manager.dispose()));
  managers = [];
});

afterAll(async () => {
  await lab.close();
});

let named = 0;

/**
 * Adds a client, and resolves when the line has received it. What is added just before one more interruption may be lost, as a fault that
 * goes live and closes does to it: then, and only then, another one is added once it is live again.
 */
async function expectFlow(line: Line, db: pg.Client = lab.db): Promise<void> {
  const losses = (): number => line.notices.items.filter(({ status }) => status !== 'SUBSCRIBED').length;
  for (;;) {
    const name = `flow ${(named += 1)}`;
    const before = losses();
    await db.query('insert into clients (business_id, full_name) values (gen_random_uuid(), $1)', [name]);
    const received = line.changes.first(name, (change) => change.new.full_name === name);
    const lost = line.notices.until('one more loss', () => losses() > before).then(() => 'lost' as const);
    lost.catch(() => undefined); // the line that is not lost again is the good case
    if ((await Promise.race([received, lost])) !== 'lost') return;
    received.catch(() => undefined);
    await line.notices.until('live again', (heard) => heard.at(-1)?.status === 'SUBSCRIBED');
  }
}

async function openLive(more: Options = {}): Promise<{ manager: RealtimeManager; line: Line }> {
  const manager = createRealtimeManager(quick(lab.backend, { ...short, ...more }));
  managers.push(manager);
  const line = new Line(manager, { table: 'clients' });
  await line.live();
  return { manager, line };
}

interface Interruption {
  /** What the fault is called in the test's title. */
  title: string;
  strike: () => void | Promise<void>;
  /** Ends what would last, once the manager has noticed it. */
  repair?: () => void | Promise<void>;
  /** What the subscription receives. */
  code: RegExp;
}

const faults = (): Lab['backend']['faults'] => lab.backend.faults;
const reset = (): Promise<void> => faults().reset();

/** Takes the line away, so that the handshake after it meets the fault. */
function cut(): void {
  faults().drop();
}

const interruptions: Interruption[] = [
  { title: 'drop', strike: cut, code: /^CONNECTION_LOST$/ },
  ...(
    [
      [1000, /^IDLE_TIMEOUT$/],
      [1001, /^CONNECTION_LOST$/],
      [1011, /^CONNECTION_LOST$/],
      [1012, /^SERVER_RESTART$/],
      [4321, /^CONNECTION_LOST$/],
    ] as const
  ).map(([code, expected]) => ({
    title: `close ${code}`,
    strike: () => {
      faults().close({ code });
    },
    code: expected,
  })),
  {
    title: 'half-open, also for what comes later',
    strike: () => {
      faults().halfOpen();
    },
    repair: async () => {
      await reset();
      faults().drop();
    },
    code: /^HALF_OPEN$/,
  },
  {
    title: 'a stall that is longer than a heartbeat may take',
    strike: () => {
      faults().stall({ ms: 800 });
    },
    code: /^HALF_OPEN$/,
  },
  {
    title: 'a delay that is longer than a heartbeat may take',
    strike: () => {
      faults().delay({ ms: 1_000 });
    },
    repair: reset,
    code: /^HALF_OPEN$/,
  },
  ...(
    [
      ['status 503', { status: 503 }],
      ['status 429', { status: 429 }],
      ['cut handshakes', { mode: 'drop' }],
      ['handshakes without an answer', { mode: 'hang' }],
    ] as const
  ).map(([title, how]) => ({
    title: `refuse with ${title}`,
    strike: async () => {
      await faults().refuse(how);
      cut();
    },
    repair: reset,
    code: /^CONNECTION_LOST$/,
  })),
  {
    title: 'refuse with a closed port',
    strike: async () => {
      await faults().refuse({ mode: 'port', ms: 400 });
      cut();
    },
    code: /^CONNECTION_LOST$/,
  },
  { title: 'restart', strike: () => faults().restart({ downMs: 100, coldStartMs: 200 }), code: /^SERVER_RESTART$/ },
  {
    title: 'restart with an announcement',
    strike: () => faults().restart({ announce: true }),
    code: /^SERVER_RESTART$/,
  },
  {
    title: 'accept and close',
    strike: () => {
      faults().acceptAndClose({ ms: 500 });
      cut();
    },
    code: /^CONNECTION_LOST$/,
  },
  {
    title: 'accept, go live and close',
    strike: () => {
      faults().acceptAndClose({ ms: 500, afterMs: 60, code: 1011 });
      cut();
    },
    code: /^CONNECTION_LOST$/,
  },
  {
    title: 'the rate limit for joins',
    strike: () => {
      faults().rateLimit({ ms: 400 });
      cut();
    },
    code: /^CONNECTION_LOST$/,
  },
  {
    title: 'joins that fail for a passing reason',
    strike: () => {
      faults().failJoins({
        reason: 'UnableToConnectToProject: Realtime was unable to connect to the project database',
        count: 2,
      });
      cut();
    },
    code: /^CONNECTION_LOST$/,
  },
  {
    title: 'joins that fail for the rate',
    strike: () => {
      faults().failJoins({ reason: 'ClientJoinRateLimitReached: Too many joins per second', count: 2 });
      cut();
    },
    code: /^CONNECTION_LOST$/,
  },
];

describe('live again without a call from the application after', () => {
  it.each(interruptions)('$title', async ({ strike, repair, code }) => {
    const { manager, line } = await openLive();
    await strike();
    const notice = await line.notices.first('the loss', (heard) => heard.status !== 'SUBSCRIBED');
    expect(notice.detail.code).toMatch(code);
    expect(notice.detail).toMatchObject({ retryable: true, nextRetryAt: expect.any(Number) as number });
    if (repair !== undefined) {
      await untilStatus(manager, 'a failed attempt', ({ connections }) => (connections[0]?.attempts ?? 0) >= 2);
      await repair();
    }
    await line.live(2);
    await expectFlow(line);
    expect(manager.status().overall).toBe('live');
    expect(manager.stats().core).toMatchObject({ channels: 1, bindings: 1, subscriptions: 1 });
  });

  it('expired tokens, with new ones from the callback', async () => {
    const tokens: string[] = [];
    const accessToken = async (): Promise<string> => {
      const token = await lab.backend.signToken({ role: 'anon' });
      tokens.push(token);
      return token;
    };
    const { line } = await openLive({ accessToken });
    faults().expireTokens();
    const notice = await line.notices.first('the loss', (heard) => heard.status === 'CHANNEL_ERROR');
    expect(notice.detail.code).toBe('TOKEN_EXPIRED');
    await line.live(2);
    await expectFlow(line);
    expect(tokens.length).toBeGreaterThanOrEqual(2);
    expect(lab.backend.faults.connections()).toHaveLength(1);
  });

  it('expired tokens, when the callback goes on giving the expired one for a while', async () => {
    let token = await lab.backend.signToken({ role: 'anon' });
    const asked = new Recorder<string>();
    const accessToken = (): string => {
      asked.push(token);
      return token;
    };
    const { line } = await openLive({ accessToken });
    const { joins } = lab.backend.stats();
    faults().expireTokens();
    await line.notices.first('the loss', (heard) => heard.detail.code === 'TOKEN_EXPIRED');
    await asked.count('questions', asked.items.length + 2);
    expect(lab.backend.stats().joins).toBe(joins); // the server would only refuse it again, and stall
    token = await lab.backend.signToken({ role: 'anon' });
    await line.live(2);
    expect(lab.backend.stats().joins).toBe(joins + 1);
    await expectFlow(line);
  });
});

describe('not even noticed by the application', () => {
  const quiet: [string, () => void][] = [
    [
      'a stall that is shorter than a heartbeat may take',
      () => {
        faults().stall({ ms: 200 });
      },
    ],
    [
      'a delay that is shorter than a heartbeat may take',
      () => {
        faults().delay({ ms: 100 });
      },
    ],
    [
      'garbage',
      () => {
        faults().garbage();
      },
    ],
  ];

  it.each(quiet)('%s', async (_, strike) => {
    const { manager, line } = await openLive({ heartbeatTimeoutMs: 600 });
    const { heartbeats } = lab.backend.stats();
    strike();
    await expectFlow(line);
    // Two of them have gone through what was struck.
    await untilStatus(
      manager,
      'a measured round trip',
      ({ connections }) => connections[0]?.rttMs !== null && lab.backend.stats().heartbeats >= heartbeats + 1,
    );
    await expectFlow(line);
    expect(line.notices.items.map((heard) => heard.status)).toEqual(['SUBSCRIBED']);
    expect(manager.stats().counters.connects).toBe(1);
  });
});

describe('a restart of PostgreSQL', () => {
  it('leaves the line live, and changes come again when replication is back', async () => {
    const own = await openLab({ seed: false });
    own.db.on('error', () => undefined);
    const manager = createRealtimeManager(quick(own.backend, short));
    const line = new Line(manager, { table: 'clients' });
    let db: pg.Client | null = null;
    try {
      await line.live();
      await own.backend.faults.restartPostgres();
      const again = (db = new pg.Client(own.backend.postgres));
      await db.connect();
      // What is written until replication is back is lost without a word (which is what gaps and pulses are for).
      const enough = new AbortController();
      const writing = (async () => {
        while (!enough.signal.aborted) {
          await again.query("insert into clients (business_id, full_name) values (gen_random_uuid(), 'after')");
          await delay(20);
        }
      })();
      await line.changes.count('changes', 3).finally(() => {
        enough.abort();
      });
      await writing;
      expect(manager.status().overall).toBe('live');
    } finally {
      await manager.dispose();
      await db?.end();
      await own.close();
    }
  });
});
