import { createClient } from '@supabase/supabase-js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import type { ManagerOptions, RealtimeManager } from 'switchboard-realtime';
import { createRealtimeManager, Line, openLab, quick, type Lab } from '../support/lab.js';

const owner = '33333333-3333-4333-8333-333333333333';

let lab: Lab;
let token: string;
let managers: RealtimeManager[] = [];

beforeAll(async () => {
  lab = await openLab({ seed: false, timing: { publicationCheckMs: 600_000 } });
  await lab.db.query(
    'create table secrets (id int4 generated always as identity primary key, owner uuid);' +
      'alter table secrets enable row level security;' +
      'create policy own on secrets for select to authenticated using (owner = auth.uid());' +
      'alter publication supabase_realtime add table secrets',
  );
  token = await lab.backend.signToken({ sub: owner });
});

afterEach(async () => {
  await Promise.all(managers.map((manager) => manager.dispose()));
  managers = [];
});

afterAll(async () => {
  await lab.close();
});

function open(options: ManagerOptions): RealtimeManager {
  const manager = createRealtimeManager(options);
  managers.push(manager);
  return manager;
}

/** The line is live with the owner's rights from its first row on. */
async function expectOwnRow(manager: RealtimeManager): Promise<void> {
  const line = new Line(manager, { table: 'secrets' });
  await line.live();
  await lab.db.query('insert into secrets (owner) values ($1)', [owner]);
  const [change] = await line.changes.count('row', 1);
  expect(change).toMatchObject({ eventType: 'INSERT', new: { owner }, errors: null });
}

describe('the access token is on the first join', () => {
  it('from the callback', async () => {
    await expectOwnRow(open(quick(lab.backend, { accessToken: () => Promise.resolve(token) })));
  });

  it('from setAuth, also before the core has loaded', async () => {
    const manager = open(quick(lab.backend));
    manager.setAuth(token);
    await expectOwnRow(manager);
  });

  it('from a supabase-js client, with url and key', async () => {
    const supabase = createClient(lab.backend.url, lab.backend.anonKey, {
      accessToken: () => Promise.resolve(token),
      realtime: { transport: WebSocket as unknown as typeof globalThis.WebSocket },
    });
    await expectOwnRow(open({ supabase, logger: null }));
  });
});

describe('a token callback that fails', () => {
  it('by hanging or throwing is a status, and is asked again', async () => {
    const answers = [
      () => new Promise<string>(() => undefined),
      () => Promise.reject(new Error('the session is being refreshed')),
      () => token,
    ];
    const manager = open(quick(lab.backend, { tokenTimeoutMs: 100, accessToken: () => answers.shift()?.() ?? token }));
    const line = new Line(manager, { table: 'secrets' });
    const notice = await line.notices.first('the failure', (heard) => heard.detail.code === 'TOKEN_UNAVAILABLE');
    expect(notice).toMatchObject({ status: 'CHANNEL_ERROR', detail: { retryable: true } });
    await line.live();
    expect(answers).toEqual([]);
  });
});

describe('a token whose role the database does not know', () => {
  it('is named as the reason, and another token is enough to go live', async () => {
    const manager = open(quick(lab.backend));
    manager.setAuth(await lab.backend.signToken({ sub: owner, role: 'nosuchrole' }));
    const lines = ['secrets', 'bookings'].map((table) => new Line(manager, { table }));
    for (const line of lines) {
      const notice = await line.notices.first('the reason', ({ detail }) => detail.code === 'ROLE_INVALID');
      expect(notice.detail).toMatchObject({
        retryable: false,
        message: expect.stringContaining('nosuchrole') as string,
      });
    }
    expect(manager.stats().counters.joins).toBe(1);
    manager.setAuth(token);
    for (const line of lines) await line.live();
  });
});

describe('tokens and keys', () => {
  it('appear in no log, status, notice or error', async () => {
    const said: unknown[] = [];
    const say = (...args: unknown[]): void => void said.push(args);
    const expired = await lab.backend.signToken({ sub: owner, exp: Math.floor(Date.now() / 1_000) - 5 });
    const tokens = [expired, token];
    const manager = open(
      quick(lab.backend, {
        logger: { debug: say, info: say, warn: say, error: say },
        logLevel: 'debug',
        accessToken: () => {
          const next = tokens.shift();
          if (next === undefined) throw new Error(`no more tokens after ${token}`);
          return next;
        },
      }),
    );
    manager.onStatusChange(say);
    const line = new Line(manager, { table: 'secrets' });
    await line.live();
    lab.backend.faults.expireTokens();
    await line.notices.first(
      'the loss',
      (heard) => heard.status !== 'SUBSCRIBED' && heard.detail.code.startsWith('TOKEN'),
    );
    const everything = JSON.stringify([said, line.notices.items, manager.status(), manager.stats()]);
    for (const secret of [token, expired, lab.backend.anonKey]) expect(everything).not.toContain(secret);
  });
});
