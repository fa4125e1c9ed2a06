import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type {
  ChangePayload,
  FetchRequest,
  FetchPage,
  LiveRows,
  LiveRowsOptions,
  RealtimeManager,
} from 'switchboard-realtime';
import { createRealtimeManager, openLab, quick, type Lab } from '../support/lab.js';
import { randomFrom } from '../support/random.js';
import { Recorder } from '../support/until.js';

interface Item {
  id: number;
  owner: string;
  v: number;
  note: string | null;
}

const PAGE = 20;
const OWNERS = ['ann', 'ben'];

let lab: Lab;
let managers: RealtimeManager[] = [];

beforeAll(async () => {
  lab = await openLab({ seed: false, timing: { publicationCheckMs: 600_000 } });
  await lab.db.query(`
    create table items (id int4 primary key, owner text not null, v int4 not null, note text);
    alter table items replica identity full;
    grant select on items to anon;
    alter publication supabase_realtime add table items`);
});

afterEach(async () => {
  await lab.backend.faults.reset();
  await Promise.all(managers.map((manager) => manager.dispose()));
  managers = [];
});

afterAll(async () => {
  await lab.close();
});

/** Reads pages over REST, by key. */
function reader(query: string): (request: FetchRequest) => Promise<FetchPage<Item>> {
  return async ({ cursor, signal }) => {
    const after = typeof cursor === 'number' ? `&id=gt.${cursor}` : '';
    const url = `${lab.backend.rest}/items?select=*&order=id&limit=${PAGE}${after}${query}`;
    const response = await fetch(url, { headers: { apikey: lab.backend.anonKey }, signal });
    if (!response.ok) throw new Error(`REST answered ${response.status}`);
    const rows = (await response.json()) as Item[];
    return { rows, next: rows.length < PAGE ? null : rows.at(-1)?.id };
  };
}

function open(query: string, more: Partial<LiveRowsOptions<Item>> = {}): LiveRows<Item> {
  const manager = createRealtimeManager(quick(lab.backend, { resyncJitterMs: 20 }));
  managers.push(manager);
  return manager.liveRows<Item>({ table: 'items', key: 'id', fetch: reader(query), ...more });
}

async function table(where: string): Promise<Item[]> {
  const { rows } = await lab.db.query<Item>(`select id, owner, v, note from items where ${where} order by id`);
  return rows;
}

/** Resolves when it is live and its rows are these. */
async function untilEqual(live: LiveRows<Item>, expected: readonly Item[]): Promise<void> {
  const seen = new Recorder<boolean>();
  const look = (): void => {
    seen.push(
      live.status().state === 'live' && JSON.stringify(sorted(live.rows())) === JSON.stringify(sorted(expected)),
    );
  };
  const off = live.subscribe(look);
  look();
  await seen
    .first('the rows of the table', (same) => same)
    .catch((error: unknown) => {
      expect({ status: live.status(), rows: live.rows() }).toEqual({ status: { state: 'live' }, rows: expected });
      throw error;
    });
  off();
}

function sorted(rows: readonly Item[]): unknown[] {
  return rows.map(({ id, owner, v, note }) => [id, owner, v, note]);
}

/** Inserts, updates, deletes, changes of keys and transactions; `interrupt` runs in the middle. */
async function work(seed: number, steps: number, interrupt: () => unknown = () => undefined): Promise<void> {
  const random = randomFrom(seed);
  for (let step = 0; step < steps; step += 1) {
    if (step === Math.floor(steps / 2)) await interrupt();
    const [id, owner, v] = [random(90) + 1, OWNERS[random(2)], seed * 10_000 + step];
    const upsert = 'insert into items values ($1, $2, $3) on conflict (id) do update set owner = $2, v = $3';
    switch (random(6)) {
      case 0:
        await lab.db.query('delete from items where id = $1', [id]);
        break;
      case 1:
        await lab.db.query(
          'update items set id = id + 1000, v = $2 where id = $1 and not exists (select from items where id = $1 + 1000)',
          [id, v],
        );
        break;
      case 2:
        await lab.db.query('begin');
        await lab.db.query(upsert, [id, owner, v]);
        await lab.db.query('update items set note = $2, v = v + 1 where id % 10 = $1', [id % 10, `note ${step}`]);
        await lab.db.query('delete from items where id = $1', [id]);
        await lab.db.query('commit');
        break;
      default:
        await lab.db.query(upsert, [id, owner, v]);
    }
  }
}

const digest = async ({ rows }: { rows: () => readonly Item[] }): Promise<boolean> => {
  const { rows: answer } = await lab.db.query<{ count: number; sum: number }>(
    'select count(*)::int4 as count, coalesce(sum(v), 0)::float8 as sum from items',
  );
  const held = rows();
  return answer[0]?.count === held.length && answer[0].sum === held.reduce((sum, { v }) => sum + v, 0);
};

describe('rows kept live from a real database', () => {
  it('equal the table after each interruption, whole, by filter, and in batches', async () => {
    await work(1, 60);
    const views: [LiveRows<Item>, string][] = [
      [open(''), 'true'],
      [open('', { delivery: { mode: 'latest', everyMs: 30 } }), 'true'],
      [open('', { delivery: { mode: 'batch', everyMs: 20, max: 5 } }), 'true'],
      [open('&owner=eq.ann', { filter: 'owner=eq.ann', wide: true }), "owner = 'ann'"],
    ];
    const agree = async (): Promise<void> => {
      for (const [live, where] of views) await untilEqual(live, await table(where));
    };
    await agree();
    await work(2, 120);
    await agree();
    const { faults } = lab.backend;
    const interruptions: (() => unknown)[] = [
      () => {
        faults.drop();
      },
      () => faults.restart({ downMs: 50 }),
      () => {
        faults.close({ code: 1012 });
      },
      () => {
        faults.resubscribe({ lostMs: 100 });
      },
    ];
    for (const [i, interrupt] of interruptions.entries()) {
      await work(3 + i, 120, interrupt);
      await agree();
    }
    for (const manager of managers) {
      const { gaps } = manager.stats();
      expect(gaps.over).toBeGreaterThanOrEqual(interruptions.length);
      expect(gaps.refetched).toBe(gaps.over);
      expect(gaps.resyncFailures).toBe(0);
    }
  });

  it('are not set back by what a delivery window held when the line broke', async () => {
    const manager = createRealtimeManager(quick(lab.backend, { resyncJitterMs: 0 }));
    managers.push(manager);
    const seen = new Recorder<number>();
    manager.subscribe({ table: 'items' }, (change: ChangePayload<Item>) => {
      if (change.eventType !== 'DELETE') seen.push(change.new.v);
    });
    const live = manager.liveRows<Item>({
      ...{ table: 'items', key: 'id', fetch: reader('') },
      delivery: { mode: 'latest', everyMs: 400 },
    });
    await lab.db.query("insert into items values (5000, 'ann', 1)");
    await untilEqual(live, await table('true'));
    await lab.db.query('update items set v = 2 where id = 5000');
    await seen.first('the change', (v) => v === 2);
    await lab.backend.faults.refuse({ status: 503 });
    lab.backend.faults.drop();
    await lab.db.query('update items set v = 3 where id = 5000');
    await lab.backend.faults.reset();
    manager.reconnectAll();
    await untilEqual(live, await table('true'));
    // When this one is here, the window has been emptied.
    await lab.db.query("insert into items values (5001, 'ann', 4)");
    await untilEqual(live, await table('true'));
  });

  it('lose a row that came before it was fetched and went after, within one window of `latest`', async () => {
    const manager = createRealtimeManager(quick(lab.backend));
    managers.push(manager);
    const read = reader('');
    const live = manager.liveRows<Item>({
      ...{ table: 'items', key: 'id', delivery: { mode: 'latest', everyMs: 2_000 } },
      fetch: async (request) => {
        if (request.cursor !== null) return read(request);
        await lab.db.query("insert into items values (0, 'ann', 1)");
        const page = await read(request);
        await lab.db.query('delete from items where id = 0');
        return page;
      },
    });
    await untilEqual(live, await table('true'));
    expect(live.rows().some(({ id }) => id === 0)).toBe(false);
  });

  it('are corrected by verify after changes were lost without a trace', async () => {
    const live = open('', { verify: { everyMs: 200, digest } });
    await untilEqual(live, await table('true'));
    const codes = new Set<string>();
    live.subscribe(() => codes.add(live.status().code));
    lab.backend.faults.loseChanges({ ms: 600_000 });
    await work(10, 60);
    await untilEqual(live, await table('true'));
    expect(codes).toContain('VERIFY_MISMATCH');
    expect(managers[0]?.stats().gaps.opened).toBe(0);
    await lab.backend.faults.reset();
    await work(11, 60);
    await untilEqual(live, await table('true'));
  });

  it('are fetched by polls while there is no line, and live again afterwards', async () => {
    const manager = createRealtimeManager(
      quick(lab.backend, { resyncJitterMs: 20, fallbackAfterMs: 100, pollEveryMs: 100, pollsPerMinute: 6_000 }),
    );
    managers.push(manager);
    const live = manager.liveRows<Item>({ table: 'items', key: 'id', fetch: reader('') });
    await untilEqual(live, await table('true'));
    await lab.backend.faults.refuse({ status: 503 });
    lab.backend.faults.drop();
    await work(20, 30);
    const expected = JSON.stringify(sorted(await table('true')));
    const states = new Recorder<string>();
    const off = live.subscribe(() => {
      states.push(JSON.stringify(sorted(live.rows())) === expected ? live.status().state : 'other');
    });
    await states.first('polled rows', (state) => state === 'polling');
    off();
    expect(manager.status().subscriptions[0]?.mode).toBe('polling');
    await lab.backend.faults.reset();
    manager.reconnectAll();
    await work(21, 30);
    await untilEqual(live, await table('true'));
    expect(manager.stats().gaps.polls).toBeGreaterThan(0);
  });
});
