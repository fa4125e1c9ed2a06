import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RealtimeManager } from 'switchboard-realtime';
import { BackendProcess, freePort } from '../support/backendProcess.js';
import { createRealtimeManager, Line, openLab, quick, untilStatus, type Lab } from '../support/lab.js';

let lab: Lab;
let managers: RealtimeManager[] = [];

beforeAll(async () => {
  lab = await openLab();
});

afterEach(async () => {
  await lab.backend.faults.reset();
  await Promise.all(managers.map((manager) => manager.dispose()));
  managers = [];
});

afterAll(async () => {
  await lab.close();
});

function open(more: Parameters<typeof quick>[1] = {}): RealtimeManager {
  const manager = createRealtimeManager(quick(lab.backend, more));
  managers.push(manager);
  return manager;
}

let named = 0;

/** Adds a client and resolves when the line has received it, and nothing else since. */
async function expectFlow(line: Line): Promise<void> {
  const name = `flow ${(named += 1)}`;
  const before = line.changes.items.length;
  await lab.db.query('insert into clients (business_id, full_name) values (gen_random_uuid(), $1)', [name]);
  const changes = await line.changes.count('changes', before + 1);
  expect(changes.slice(before).map((change) => change.new.full_name)).toEqual([name]);
}

describe('a server that can not be reached', () => {
  it('is a status with a code and a next attempt, and is found when it comes', async () => {
    const backend = new BackendProcess(lab.backend.postgres, await freePort(), lab.backend.jwtSecret);
    const { url } = await backend.start();
    await backend.kill('SIGTERM');
    const manager = open({ url });
    const line = new Line(manager, { table: 'clients' });
    const status = await untilStatus(manager, 'the failure', ({ connections }) => connections[0]?.state === 'backoff');
    expect(status.overall).not.toBe('live');
    expect(status.connections[0]).toMatchObject({ code: 'CONNECT_FAILED', nextRetryAt: expect.any(Number) as number });
    const notice = await line.notices.first('the notice', (heard) => heard.status === 'CHANNEL_ERROR');
    expect(notice.detail).toMatchObject({ code: 'CONNECT_FAILED', retryable: true });
    await backend.start();
    try {
      await line.live();
      await expectFlow(line);
    } finally {
      await manager.dispose();
      await backend.kill('SIGTERM');
    }
  });
});

describe('a refused handshake', () => {
  it.each([503, 401, 404])('with status %i is tried again', async (status) => {
    await lab.backend.faults.refuse({ status });
    const manager = open();
    const line = new Line(manager, { table: 'clients' });
    await untilStatus(manager, 'two attempts', ({ connections }) => (connections[0]?.attempts ?? 0) >= 2);
    await lab.backend.faults.reset();
    manager.reconnectAll();
    await line.live();
    await expectFlow(line);
  });

  it('names an expired key, though the socket does not say so', async () => {
    const exp = Math.floor(Date.now() / 1_000) - 60;
    const manager = open({ apikey: await lab.backend.signToken({ role: 'anon', exp }) });
    const line = new Line(manager, { table: 'clients' });
    const notice = await line.notices.first('the cause', (heard) => heard.detail.code === 'API_KEY_EXPIRED');
    expect(notice.detail.message).toMatch(/exp|expired/i);
  });
});

describe('what a server may send by mistake', () => {
  it('is counted and changes nothing', async () => {
    const manager = open();
    const line = new Line(manager, { table: 'clients' });
    await line.live();
    lab.backend.faults.garbage();
    await expectFlow(line);
    const { counters } = manager.stats();
    expect(counters.badFrames).toBeGreaterThan(5);
    expect(counters.ignoredFrames).toBeGreaterThan(1);
    expect(manager.status().overall).toBe('live');
    expect(counters.connects).toBe(1);
  });

  it('however large it is', async () => {
    const manager = open();
    const line = new Line(manager, { table: 'clients' });
    await line.live();
    const huge = 'x'.repeat(20_000_000);
    lab.backend.faults.garbage({
      frames: [huge, `[null,null,"realtime:unknown","broadcast",{"a":"${huge}"}]`, Buffer.alloc(6_000_000, 1)],
    });
    await expectFlow(line);
    await expectFlow(line);
    expect(manager.stats().counters.connects).toBe(1);
  });
});

describe('a line that breaks', () => {
  const cuts: [string, () => void | Promise<void>][] = [
    [
      'without a word',
      () => {
        lab.backend.faults.drop();
      },
    ],
    [
      'with 1000',
      () => {
        lab.backend.faults.close({ code: 1000 });
      },
    ],
    ['by a restart', () => lab.backend.restartRealtime(100)],
  ];

  it.each(cuts)(
    '%s is live again by itself',
    async (_, cut) => {
      const manager = open();
      const lines = ['clients', 'staff'].map((table) => new Line(manager, { table }));
      await Promise.all(lines.map((line) => line.live()));
      await cut();
      await Promise.all(lines.map((line) => line.live(2)));
      const [clients] = lines;
      if (clients !== undefined) await expectFlow(clients);
      expect(manager.status().overall).toBe('live');
      expect(manager.stats().core).toMatchObject({ sockets: 1, subscriptions: 2 });
    },
    30_000,
  );

  it('by a rate limit waits long, unless somebody asks for a reconnect', async () => {
    const manager = open();
    const line = new Line(manager, { table: 'clients' });
    await line.live();
    lab.backend.faults.rateLimit();
    manager.subscribe({ table: 'staff' }, () => undefined);
    const status = await untilStatus(manager, 'the wait', ({ connections }) => connections[0]?.state === 'backoff');
    expect(status.connections[0]?.code).toBe('RATE_LIMITED');
    expect(status.connections[0]?.nextRetryAt).toBeGreaterThan(Date.now() + 5_000);
    await lab.backend.faults.reset();
    manager.reconnectAll();
    await line.live(2);
    await expectFlow(line);
  });

  it('with a bare 1001, as proxies send it, blames no limit', async () => {
    const manager = open();
    const line = new Line(manager, { table: 'clients' });
    await line.live();
    lab.backend.faults.close({ code: 1001 });
    const notice = await line.notices.first('the loss', (heard) => heard.status === 'CHANNEL_ERROR');
    expect(notice.detail.code).toBe('CONNECTION_LOST');
    await line.live(2);
    await expectFlow(line);
  });

  it('half-open is noticed by the unanswered heartbeat and replaced', async () => {
    const manager = open({ heartbeatIdleMs: 100, heartbeatTimeoutMs: 100 });
    const line = new Line(manager, { table: 'clients' });
    await line.live();
    lab.backend.faults.halfOpen({ connection: lab.backend.faults.connections()[0] ?? 0 });
    const notice = await line.notices.first('the loss', (heard) => heard.detail.code === 'HALF_OPEN');
    expect(notice.status).toBe('CHANNEL_ERROR');
    await line.live(2);
    await expectFlow(line);
  });

  it('is reported to each listener once per interruption', async () => {
    const manager = open();
    const line = new Line(manager, { table: 'clients' });
    await line.live();
    lab.backend.faults.drop();
    await line.live(2);
    expect(line.notices.items.map((heard) => heard.status)).toEqual(['SUBSCRIBED', 'CHANNEL_ERROR', 'SUBSCRIBED']);
  });
});

describe('sharing', () => {
  it('a hundred equal subscriptions make one join and one frame per change', async () => {
    const manager = open();
    const lines = Array.from(
      { length: 100 },
      () => new Line(manager, { table: 'clients', filter: 'full_name=like.flow%' }),
    );
    await Promise.all(lines.map((line) => line.live()));
    await Promise.all(lines.slice(0, 1).map(expectFlow));
    await Promise.all(lines.map((line) => line.changes.count('changes', 1)));
    expect(manager.stats().counters).toMatchObject({ joins: 1, changes: 1, deliveries: 100 });
    const [first] = lines;
    expect(lines.every((line) => line.changes.items[0] === first?.changes.items[0])).toBe(true);
  });

  it('ending one leaves the others alone', async () => {
    const manager = open();
    const [first, second] = [new Line(manager, { table: 'clients' }), new Line(manager, { table: 'clients' })];
    await Promise.all([first.live(), second.live()]);
    manager.unsubscribeAll(first.id);
    await expectFlow(second);
    expect(first.changes.items).toEqual([]);
  });
});
