import { describe, expect, it, vi } from 'vitest';
import type { FetchRequest, LiveRows, LiveRowsOptions, NumbersOption } from 'switchboard-realtime';
import { fakeTime, tick } from '../support/fakeTime.js';
import { goLive, insert, liveWith, names, open, remove, row, update, type Booking } from '../support/liveRowsBench.js';
import { Bench, changeText, each, turn, type ScriptedEngine } from '../support/scriptedEngine.js';

type AnyRow = Record<string, unknown>;

fakeTime({ random: 1 });

/** Live, with rows of any form. `table` is what the next fetch gives. */
async function liveOn(
  table: AnyRow[],
  more: Partial<LiveRowsOptions<AnyRow>> & { numbers?: NumbersOption } = {},
): Promise<{ live: LiveRows<AnyRow>; engine: ScriptedEngine; fetches: () => number }> {
  const { numbers = 'number', ...options } = more;
  const bench = new Bench({ resyncJitterMs: 0, numbers });
  let count = 0;
  const fetch = (): Promise<AnyRow[]> => {
    count += 1;
    return Promise.resolve([...table]);
  };
  const live = bench.manager.liveRows<AnyRow>({ table: 'items', key: 'id', fetch, ...options });
  // The reader of exact numbers is loaded first.
  while (bench.engines.length === 0) await turn();
  const engine = await bench.open();
  await goLive({ engine });
  await tick();
  expect(live.status().state).toBe('live');
  return { live, engine, fetches: () => count };
}

const change = (type: string, record: AnyRow, old_record?: AnyRow, columns?: object[]) =>
  each([1], changeText(record, type, { ...(old_record && { old_record }), ...(columns && { columns }) }));

describe('an old image that says too little', () => {
  it('of a row that enters the filter without a column: it is fetched', async () => {
    const table: AnyRow[] = [];
    const { live, engine } = await liveOn(table, { filter: 'name=eq.open' });
    table.push({ id: 1, name: 'open', note: 'long' });
    engine.deliver(change('UPDATE', { id: 1, name: 'open' }, { id: 1 }));
    expect(live.status()).toMatchObject({ state: 'stale', code: 'UNDECIDED' });
    expect(live.rows()).toEqual([]);
    await tick(1_000);
    expect(live.rows()).toEqual(table);
    expect(live.status().state).toBe('live');
  });

  it('of a row that enters with all columns: it is shown', async () => {
    const { live, engine, fetches } = await liveOn([], { filter: 'name=eq.open' });
    const before = fetches();
    engine.deliver(change('UPDATE', { id: 1, name: 'open' }, { id: 1, name: 'closed' }));
    await tick(60_000);
    expect(live.rows()).toEqual([{ id: 1, name: 'open' }]);
    expect(fetches()).toBe(before);
  });

  it('of a row that enters while a column of the table is missing: it is fetched', async () => {
    const columns = [
      { name: 'id', type: 'int8' },
      { name: 'name', type: 'text' },
      { name: 'note', type: 'text' },
    ];
    const table: AnyRow[] = [];
    const { live, engine } = await liveOn(table);
    table.push({ id: 1, name: 'a', note: 'long' });
    engine.deliver(change('UPDATE', { id: 1, name: 'a' }, { id: 1, name: 'b' }, columns));
    await tick(1_000);
    expect(live.rows()).toEqual(table);
  });

  it('or a new image without a column, whatever the change is called: it is fetched', async () => {
    const columns = [
      { name: 'id', type: 'int8' },
      { name: 'note', type: 'text' },
    ];
    const table: AnyRow[] = [];
    const { live, engine } = await liveOn(table);
    table.push({ id: 1, note: 'long' });
    engine.deliver(change('INSERT', { id: 1 }, undefined, columns));
    await tick(1_000);
    expect(live.rows()).toEqual(table);
  });

  it('of a row on display: columns that are left out keep their values, also under a new key', async () => {
    const { live, engine, fetches } = await liveOn([{ id: 1, name: 'a', note: 'long' }]);
    const before = fetches();
    engine.deliver(
      change('UPDATE', { id: 1, name: 'b' }, { id: 1 }),
      change('UPDATE', { id: 2, name: 'c' }, { id: 1 }),
    );
    await tick(60_000);
    expect(live.rows()).toEqual([{ id: 2, name: 'c', note: 'long' }]);
    expect(fetches()).toBe(before);
  });

  it('of a row that came in part while it was fetched: it is fetched again unless the answer has it', async () => {
    const lab = await open();
    await goLive(lab);
    lab.engine.deliver(update(row(1)), update(row(2, 'new')));
    lab.server.latest.answer([{ ...row(2), note: 'long' }]);
    await tick();
    expect(lab.live.rows()).toEqual([{ id: 2, name: 'new', note: 'long' }]);
    expect(lab.live.status()).toMatchObject({ state: 'stale', code: 'UNDECIDED' });
    await tick(1_000);
    lab.server.latest.answer([
      { ...row(1), note: 'x' },
      { ...row(2, 'new'), note: 'long' },
    ]);
    await tick();
    expect(lab.live.rows()).toHaveLength(2);
    expect(lab.live.status().state).toBe('live');
  });

  it('that lacks a key which is not the primary key: an UPDATE of it is fetched, others are applied', async () => {
    const table: AnyRow[] = [
      { id: 1, slug: 'a', name: 'x' },
      { id: 2, slug: 'b', name: 'y' },
    ];
    const { live, engine, fetches } = await liveOn(table, { key: 'slug' });
    const before = fetches();
    engine.deliver(change('UPDATE', { id: 2, slug: 'b', name: 'z' }, { id: 2 }));
    await tick(60_000);
    expect(live.rows()[1]).toEqual({ id: 2, slug: 'b', name: 'z' });
    expect(fetches()).toBe(before);
    table.splice(0, 2, { id: 1, slug: 'c', name: 'x' }, { id: 2, slug: 'b', name: 'z' });
    engine.deliver(change('UPDATE', { id: 1, slug: 'c', name: 'x' }, { id: 1 }));
    expect(live.status()).toMatchObject({ state: 'stale', code: 'UNDECIDED' });
    await tick(1_000);
    expect(live.rows().map(({ slug }) => slug)).toEqual(['b', 'c']);
    expect(live.status().state).toBe('live');
  });

  it('and of a row that takes the key of another: it is fetched', async () => {
    const table: AnyRow[] = [
      { id: 1, slug: 'a' },
      { id: 2, slug: 'b' },
    ];
    const { live, engine } = await liveOn(table, { key: 'slug' });
    table.splice(0, 2, { id: 2, slug: 'a' });
    // The DELETE of the first is on its way, and does not say its key either.
    engine.deliver(change('UPDATE', { id: 2, slug: 'a' }, { id: 2 }));
    await tick(1_000);
    expect(live.rows()).toEqual([{ id: 2, slug: 'a' }]);
  });

  it('that lacks part of a composite key', async () => {
    const table: AnyRow[] = [{ tenant: 't', id: 1, name: 'x' }];
    const { live, engine } = await liveOn(table, { key: ['tenant', 'id'] });
    table[0] = { tenant: 'u', id: 1, name: 'x' };
    engine.deliver(change('UPDATE', { tenant: 'u', id: 1, name: 'x' }, { id: 1 }));
    await tick(1_000);
    expect(live.rows()).toEqual(table);
    table.pop();
    engine.deliver(change('DELETE', { id: 1 }));
    await tick(10_000);
    expect(live.rows()).toEqual([]);
  });

  it('of rows that are certainly not on display has nothing fetched', async () => {
    const { live, engine, fetches } = await liveOn([{ id: 1, slug: 'a', name: 'in' }], {
      key: 'slug',
      filter: 'name=eq.in',
      wide: true,
    });
    const before = fetches();
    engine.deliver(change('INSERT', { id: 5, slug: 'e', name: 'out' }));
    engine.deliver(change('UPDATE', { id: 5, slug: 'f', name: 'out' }, { id: 5 }), change('DELETE', { id: 5 }));
    await tick(60_000);
    expect(live.rows()).toHaveLength(1);
    expect(fetches()).toBe(before);
  });
});

describe('changes that can not be decided', () => {
  it('are fetched with pauses that grow with the time a fetch takes', async () => {
    const lab = await liveWith([row(1)]);
    const began: number[] = [];
    const start = Date.now();
    for (let ms = 0; ms < 20_000; ms += 10) {
      lab.engine.deliver(each([1], changeText({ name: 'v1' }, 'DELETE')));
      const before = lab.server.requests.length;
      await tick(10);
      if (lab.server.requests.length === before) continue;
      began.push(Date.now() - start);
      // The second takes a second.
      if (began.length === 2) await tick(990);
      lab.server.latest.answer([row(1)]);
      await tick();
    }
    const pauses = began.slice(1).map((ms, i) => ms - (began[i] ?? 0));
    expect(pauses[0]).toBeGreaterThanOrEqual(1_000);
    expect(pauses[1]).toBeGreaterThanOrEqual(4_900);
    expect(Math.min(...pauses.slice(2))).toBeGreaterThanOrEqual(1_000);
    expect(began.length).toBeGreaterThan(5);
  });

  it('do not shorten the time to the next try', async () => {
    const lab = await liveWith([row(1)]);
    lab.engine.deliver(each([1], changeText({ name: 'v1' }, 'DELETE')));
    await tick();
    const waits: number[] = [];
    for (let failed = 0; failed < 4; failed += 1) {
      const count = lab.server.requests.length;
      const since = Date.now();
      lab.server.latest.fail(new Error('no'));
      while (lab.server.requests.length === count) {
        await tick(100);
        lab.engine.deliver(each([1], changeText({ name: 'v1' }, 'DELETE')));
      }
      waits.push(Date.now() - since);
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000]);
  });

  it('wait for nothing when the application asks', async () => {
    const lab = await liveWith([row(1)]);
    lab.engine.deliver(each([1], changeText({ name: 'v1' }, 'DELETE')));
    await tick();
    for (const _ of [1, 2, 3, 4]) {
      lab.server.latest.fail(new Error('no'));
      const count = lab.server.requests.length;
      void lab.live.refresh();
      await tick();
      expect(lab.server.requests).toHaveLength(count + 1);
    }
    const refreshed = lab.live.refresh();
    lab.server.latest.answer([row(1)]);
    await tick();
    lab.server.latest.answer([row(2)]);
    expect(await refreshed).toMatchObject({ state: 'live' });
    expect(names(lab.live)).toEqual(['v2']);
  });
});

describe('the order', () => {
  const columns = [
    { name: 'id', type: 'int8' },
    { name: 'amount', type: 'numeric' },
    { name: 'code', type: 'text' },
  ];
  const text = (id: number, amount: string, code: string) =>
    each(
      [1],
      changeText({ id: 0, amount: 0, code }, 'INSERT', { columns }).replace(
        '"id":0,"amount":0',
        `"id":${id},"amount":${amount}`,
      ),
    );

  it.each(['number', 'string', 'bigint'] as const)(
    'is by value with numbers as %s beside what fetch gives',
    async (numbers) => {
      const fetched: AnyRow[] = [
        { id: 9, amount: 9, code: '9' },
        { id: 10, amount: 1.5, code: '10' },
      ];
      const views = [
        await liveOn(fetched, { numbers }),
        await liveOn(fetched, { numbers, orderBy: 'amount' }),
        await liveOn(fetched, { numbers, orderBy: { column: 'code', ascending: false } }),
      ];
      const ids = views.map(({ live, engine }) => {
        engine.deliver(text(100, '10.00', '100'), text(2, '-3', '2'), text(11, '1.50', '11'));
        return live.rows().map(({ id }) => Number(id));
      });
      expect(ids).toEqual([
        [2, 9, 10, 11, 100],
        [2, 10, 11, 9, 100],
        [9, 2, 11, 100, 10],
      ]);
    },
  );

  it('is put right when a change says that text is a number', async () => {
    const { live, engine } = await liveOn([{ id: '10' }, { id: '9' }, { id: '1.50' }], { numbers: 'string' });
    expect(live.rows().map(({ id }) => id)).toEqual(['1.50', '10', '9']);
    const numeric = [{ name: 'id', type: 'numeric' }];
    engine.deliver(each([1], changeText({ id: 9 }, 'DELETE', { columns: numeric })));
    expect(live.rows().map(({ id }) => id)).toEqual(['1.50', '10']);
    engine.deliver(each([1], changeText({ id: 1.5 }, 'UPDATE', { columns: numeric, old_record: { id: 1.5 } })));
    expect(live.rows().map(({ id }) => id)).toEqual(['1.5', '10']);
  });
});

describe('with delivery latest', () => {
  const options = { table: 't', fetch: (_: FetchRequest): Promise<AnyRow[]> => Promise.resolve([]) };

  it('the window conflates by the key of the rows', async () => {
    const bench = new Bench();
    for (const key of ['slug', ['tenant', 'id']]) {
      bench.manager.liveRows<AnyRow>({ ...options, key, delivery: { mode: 'latest', everyMs: 50 } });
    }
    bench.manager.liveRows<AnyRow>({
      ...{ ...options, key: ['tenant', 'id'] },
      delivery: { mode: 'latest', everyMs: 50, key: ['id', 'tenant'] },
    });
    const { commands } = await bench.open();
    expect(commands[0]).toContain('"key":["slug"]');
    expect(commands[1]).toContain('"key":["tenant","id"]');
    expect(commands[2]).toContain('"key":["tenant","id"]');
  });

  it.each(['id', ['tenant'], ['tenant', 'id', 'more']])('another key, %j, is refused', (key) => {
    const { manager } = new Bench();
    const delivery = { mode: 'latest', everyMs: 50, key } as const;
    expect(() => manager.liveRows<AnyRow>({ ...options, key: ['tenant', 'id'], delivery })).toThrow(
      expect.objectContaining({
        option: 'delivery',
        message: expect.stringContaining('tenant, id') as string,
      }) as Error,
    );
    expect(manager.stats().subscriptions).toBe(0);
  });
});

describe('a subscription that is ended from outside', () => {
  it.each(['unsubscribeAll', 'unsubscribe', 'dispose'] as const)(
    'by %s while rows are fetched is not reported as a fetch that failed',
    async (how) => {
      const lab = await liveWith([row(1)]);
      const refreshed = lab.live.refresh();
      await tick();
      if (how === 'unsubscribe') lab.bench.manager.unsubscribe(1);
      else void lab.bench.manager[how]();
      expect(lab.server.latest.signal.aborted).toBe(true);
      expect(lab.live.status()).toMatchObject({ state: 'stale', code: 'UNSUBSCRIBED' });
      expect(await refreshed).toMatchObject({ code: 'UNSUBSCRIBED' });
    },
  );

  it.each(['unsubscribeAll', 'unsubscribe', 'dispose'] as const)(
    'by %s closes its rows and settles refresh',
    async (how) => {
      const lab = await liveWith([row(1)]);
      const refreshed = lab.live.refresh();
      if (how === 'unsubscribe') lab.bench.manager.unsubscribe(1);
      else void lab.bench.manager[how]();
      expect(lab.live.status()).toMatchObject({ state: 'stale', code: 'UNSUBSCRIBED' });
      expect(await refreshed).toMatchObject({ code: 'UNSUBSCRIBED' });
      expect(await lab.live.refresh()).toMatchObject({ code: 'UNSUBSCRIBED' });
      expect(lab.bench.manager.stats().subscriptions).toBe(0);
      lab.engine.deliver(insert(row(2)), remove(1));
      await tick(60_000);
      expect(names(lab.live)).toEqual(['v1']);
      expect(vi.getTimerCount()).toBe(0);
    },
  );

  it('leaves the rows of others alone', async () => {
    const lab = await liveWith([row(1)]);
    const other = lab.bench.manager.liveRows<Booking>({ table: 'other', key: 'id', fetch: lab.server.fetch });
    lab.bench.manager.unsubscribe(1);
    expect(other.status().code).toBe('CONNECTING');
    other.close();
    expect(lab.bench.manager.stats().subscriptions).toBe(0);
  });
});
