import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LiveRows, LiveRowsOptions, ManagerOptions, RealtimeManager } from 'switchboard-realtime';
import { createRealtimeManager, openLab, quick, type Lab } from '../support/lab.js';
import { randomFrom } from '../support/random.js';
import { Recorder } from '../support/until.js';

type Row = Record<string, unknown>;

let lab: Lab;
let queries: Promise<unknown> = Promise.resolve();
let managers: RealtimeManager[] = [];

beforeAll(async () => {
  lab = await openLab({ seed: false, timing: { publicationCheckMs: 600_000 } });
  await lab.db.query(`
    create type doc_state as enum ('open', 'closed');
    create table docs (
      id int4 primary key, slug text unique, shop int4 not null, guild int8, state doc_state, n int4 not null, body text
    );
    alter table docs alter body set storage external;
    grant select on docs to anon;
    alter publication supabase_realtime add table docs`);
});

afterEach(async () => {
  await lab.backend.faults.reset();
  await Promise.all(managers.map((manager) => manager.dispose()));
  managers = [];
  await query('delete from docs');
});

afterAll(async () => {
  await queries;
  await lab.close();
});

const COLUMNS = 'id, slug, shop, guild::text, state, n, body';

/** One after the other: fetches overlap with each other and with what is written. */
async function query(sql: string, values: unknown[] = []): Promise<Row[]> {
  const answer = queries.then(() => lab.db.query<Row>(sql, values));
  queries = answer.catch(() => undefined);
  return (await answer).rows;
}

function table(where: string): Promise<Row[]> {
  return query(`select ${COLUMNS} from docs where ${where} order by id`);
}

function open(
  where: string,
  more: Partial<LiveRowsOptions<Row>>,
  options: Partial<ManagerOptions> = {},
): LiveRows<Row> {
  const manager = createRealtimeManager(quick(lab.backend, { resyncJitterMs: 0, numbers: 'string', ...options }));
  managers.push(manager);
  return manager.liveRows<Row>({ table: 'docs', key: 'id', fetch: () => table(where), ...more });
}

async function until(live: LiveRows<Row>, what: string, fits: () => boolean): Promise<void> {
  const seen = new Recorder<boolean>();
  const look = (): void => {
    seen.push(fits());
  };
  const off = live.subscribe(look);
  look();
  await seen.first(what, Boolean).finally(off);
}

const isLive = (live: LiveRows<Row>): Promise<void> => until(live, 'live', () => live.status().state === 'live');

/** Resolves when it is live with the rows of the table. */
async function agrees(live: LiveRows<Row>, where: string): Promise<void> {
  const expected = JSON.stringify(await table(where));
  const sorted = (): Row[] => [...live.rows()].sort((a, b) => Number(a['id']) - Number(b['id']));
  await until(live, `rows where ${where}`, () => {
    const rows = sorted().map(({ id, slug, shop, guild, state, n, body }) => ({
      id,
      slug,
      shop,
      guild,
      state,
      n,
      body,
    }));
    return live.status().state === 'live' && JSON.stringify(rows) === expected;
  });
}

/** Changes of large rows, of keys, and into and out of filters. */
async function work(seed: number, steps: number): Promise<void> {
  const random = randomFrom(seed);
  for (let step = 0; step < steps; step += 1) {
    const id = random(12);
    const guild = (9_007_199_254_740_992n + BigInt(random(3))).toString();
    const [state, slug] = [['open', 'closed', null][random(3)], `s${random(20)}`];
    const statements: [string, unknown[]][] = [
      [
        `insert into docs values ($1, $2, $3, $4, $5, $6, repeat($7, 5000)) on conflict do nothing`,
        [id, slug, random(2), guild, state, step, String(step % 10)],
      ],
      ['update docs set n = $2 where id = $1', [id, step]],
      ['update docs set state = $2 where id = $1', [id, state]],
      ['update docs set guild = $2 where id = $1', [id, guild]],
      ['update docs set slug = $2 where id = $1 and not exists (select from docs where slug = $2)', [id, slug]],
      ['update docs set id = $2 where id = $1 and not exists (select from docs where id = $2)', [id, random(12)]],
      ['update docs set shop = 1 - shop where id = $1', [id]],
      ['update docs set body = repeat($2, 4000) where id = $1', [id, String(step % 10)]],
      ['delete from docs where id = $1', [id]],
    ];
    const [sql, values] = statements[random(statements.length + 2)] ?? statements[0] ?? ['', []];
    await query(sql, values);
  }
}

const GUILD = '9007199254740993';

describe.each(['default', 'full'])('with REPLICA IDENTITY %s', (identity) => {
  beforeAll(() => query(`alter table docs replica identity ${identity}`));

  it('rows equal the table through changes of keys, filters and large columns', async () => {
    await work(1, 30);
    const views: [LiveRows<Row>, string][] = [
      [open('true', {}), 'true'],
      [open('true', { key: 'slug' }), 'true'],
      [open('true', { key: ['shop', 'id'], delivery: { mode: 'batch', everyMs: 20 } }), 'true'],
      [open(`state = 'open'`, { filter: 'state=eq.open', wide: true }), `state = 'open'`],
      [
        open(`guild = ${GUILD}`, { filter: `guild=eq.${GUILD}`, wide: true }, { numbers: 'string' }),
        `guild = ${GUILD}`,
      ],
      [open(`state = 'open'`, { filter: 'state=eq.open', wide: true, key: 'slug' }), `state = 'open'`],
    ];
    for (const [live] of views) await isLive(live);
    for (const seed of [2, 3, 4]) {
      await work(seed, 80);
      for (const [live, where] of views) await agrees(live, where);
    }
    for (const manager of managers) expect(manager.stats().gaps).toMatchObject({ opened: 0, resyncFailures: 0 });
  });

  it('a row stays whose value only JavaScript takes for another', async () => {
    await query(`insert into docs values (1, 'a', 0, ${GUILD}, 'open', 0, 'x')`);
    const where = `guild = ${GUILD}`;
    const live = open(where, { filter: `guild=eq.${GUILD}`, wide: true }, { numbers: 'number' });
    await isLive(live);
    await query('update docs set n = 1 where id = 1');
    await until(live, 'the change', () => live.rows()[0]?.['n'] === 1 && live.status().state === 'live');
    await query('update docs set guild = guild - 1 where id = 1');
    await until(live, 'no row', () => live.rows().length === 0 && live.status().state === 'live');
  });
});

describe('while realtime is refused', () => {
  it('rows are shown all the same, long before the first poll, and are live when it is back', async () => {
    await query(`insert into docs values (1, 'a', 0, 1, 'open', 0, 'x')`);
    await lab.backend.faults.refuse({ status: 503 });
    const live = open('true', {}, { fallbackAfterMs: 600_000 });
    await until(live, 'rows', () => live.rows().length === 1);
    expect(live.status()).toMatchObject({ state: 'polling' });
    await query('update docs set n = 1');
    await lab.backend.faults.reset();
    managers[0]?.reconnectAll();
    await agrees(live, 'true');
    expect(live.rows()[0]?.['n']).toBe(1);
    expect(managers[0]?.stats().gaps.polls).toBe(0);
  });
});
