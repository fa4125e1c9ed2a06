import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pg from 'pg';
import type { Browser } from 'playwright-core';
import { startBackend, type Backend } from 'switchboard-backend';
import type * as Package from 'switchboard-realtime';
import { launchChromium, openWindow, type Window } from '../support/chromium.js';
import { serveFolders, type StaticServer } from '../support/staticServer.js';

declare global {
  var switchboard: typeof Package;
  var received: Package.ChangePayload[];
}

const columns = {
  id: 'int8 primary key',
  small: 'int2',
  big: 'int8',
  exact: 'numeric',
  ratio: 'float8',
  flag: 'bool',
  document: 'jsonb',
  numbers: 'int4[]',
  words: 'text[]',
  at: 'timestamptz',
  day: 'date',
  bytes: 'bytea',
  nothing: 'text',
  long: 'text',
  emoji: 'text',
  uid: 'uuid',
};

const long = 'Straße, 10 € – '.repeat(7_000).slice(0, 100_000);
const emoji = '𝄞 clef, 👩‍👩‍👧‍👦 family, 𐍈 hwair, "quoted" \\ and\nlines\t\u0001';

const row: Record<keyof typeof columns, string | null> = {
  id: '1',
  small: '-32768',
  big: '9007199254740991',
  exact: '12345678.90125',
  ratio: '0.1',
  flag: 't',
  document: '{"a": [1, {"b": null}], "text": "ünï"}',
  numbers: '{1,-2,NULL}',
  words: '{plain,"with \\"quotes\\" and , comma",NULL,""}',
  at: '2026-03-29T01:30:00.123456+00:00',
  day: '2024-02-29',
  bytes: '\\xdeadbeef00',
  nothing: null,
  long,
  emoji,
  uid: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
};

/** The same row as JavaScript values. */
const expected = {
  id: 1,
  small: -32_768,
  big: Number.MAX_SAFE_INTEGER,
  exact: 12_345_678.90125,
  ratio: 0.1,
  flag: true,
  document: { a: [1, { b: null }], text: 'ünï' },
  numbers: [1, -2, null],
  words: ['plain', 'with "quotes" and , comma', null, ''],
  at: '2026-03-29T01:30:00.123456+00:00',
  day: '2024-02-29',
  bytes: 'deadbeef00',
  nothing: null,
  long,
  emoji,
  uid: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
};

let backend: Backend;
let db: pg.Client;
let browser: Browser;
let server: StaticServer;
let window: Window;

beforeAll(async () => {
  [backend, browser] = await Promise.all([startBackend({ seed: false }), launchChromium()]);
  db = new pg.Client(backend.postgres);
  await db.connect();
  const list = Object.entries(columns).map(([name, type]) => `${name} ${type}`);
  await db.query(`create table every_type (${list.join(', ')})`);
  await db.query('alter table every_type replica identity full');
  await db.query('grant select on every_type to anon');
  await db.query('alter publication supabase_realtime add table every_type');
  server = await serveFolders(
    {
      page: fileURLToPath(new URL('../page', import.meta.url)),
      package: fileURLToPath(new URL('../../../web/dist', import.meta.url)),
    },
    `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; img-src data:; connect-src 'self' ${backend.realtime.replace(/\/realtime.*/, '')}`,
  );
  window = await openWindow(browser, `${server.origin}/page/index.html`);
  await window.page.waitForFunction(() => 'switchboard' in globalThis);
  await window.page.evaluate(subscribe, { url: backend.realtime, apikey: backend.anonKey });
});

afterAll(async () => {
  await browser.close();
  await server.close();
  await db.end();
  await backend.stop();
});

/** Runs in the page. Resolves when changes flow; they are kept in `received`. */
function subscribe({ url, apikey }: { url: string; apikey: string }): Promise<void> {
  globalThis.received = [];
  const manager = globalThis.switchboard.createRealtimeManager({ url, apikey });
  return new Promise((resolve, reject) => {
    manager.subscribe(
      { table: 'every_type' },
      (payload) => {
        globalThis.received.push(payload);
      },
      (status, detail) => {
        if (status === 'SUBSCRIBED') resolve();
        else reject(new Error(`${status}: ${detail.message}`));
      },
    );
  });
}

/** The changes since the last call, once there are `count` of them. */
async function take(count: number): Promise<Package.ChangePayload[]> {
  await window.page.waitForFunction((least) => globalThis.received.length >= least, count);
  return window.page.evaluate(() => globalThis.received.splice(0));
}

describe('the package in a plain page, with no bundler', () => {
  it('brings every column type across insert, update and delete', async () => {
    const names = Object.keys(row);
    const places = names.map((_, index) => `$${String(index + 1)}`);
    await db.query(`insert into every_type (${names.join(', ')}) values (${places.join(', ')})`, Object.values(row));
    await db.query('update every_type set flag = false, nothing = $1 where id = 1', ['something']);
    await db.query('delete from every_type where id = 1');

    const changes = await take(3);
    const changed = { ...expected, flag: false, nothing: 'something' };
    expect(changes.map(({ eventType }) => eventType)).toEqual(['INSERT', 'UPDATE', 'DELETE']);
    expect(changes[0]).toMatchObject({ schema: 'public', table: 'every_type', errors: null, new: expected, old: {} });
    expect(changes[1]).toMatchObject({ new: changed, old: expected });
    expect(changes[2]).toMatchObject({ new: {}, old: changed });
  });

  it('brings nulls in every column', async () => {
    await db.query('insert into every_type (id) values (2)');
    const [change] = await take(1);
    const nulls = Object.fromEntries(Object.keys(columns).map((name) => [name, name === 'id' ? 2 : null]));
    expect(change?.new).toEqual(nulls);
  });

  it('delivers a burst exactly once and in the order of the commits', async () => {
    const first = 1000;
    const count = 500;
    for (let id = first; id < first + count; id += 1) {
      await db.query('insert into every_type (id, words) values ($1, $2)', [id, [`row ${String(id)}`]]);
    }
    await db.query('insert into every_type (id) values (9999)');
    const changes = await take(count + 1);
    const ids = changes.map(({ eventType, new: now }) => (eventType === 'INSERT' ? now.id : eventType));
    expect(ids).toEqual([...Array.from({ length: count }, (_, index) => first + index), 9999]);
  });

  it('has nothing to complain about', () => {
    expect(window.problems).toEqual([]);
  });
});
