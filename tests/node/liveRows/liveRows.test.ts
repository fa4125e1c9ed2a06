import { describe, expect, it, vi } from 'vitest';
import type { LiveRowsOptions } from 'switchboard-realtime';
import { fakeTime, tick } from '../support/fakeTime.js';
import {
  gapIsOver,
  gapOpens,
  goLive,
  insert,
  liveWith,
  names,
  open,
  remove,
  row,
  update,
  type Booking,
} from '../support/liveRowsBench.js';
import { batch, Bench, changeText, each } from '../support/scriptedEngine.js';

fakeTime({ random: 1 });

describe('from the start to live', () => {
  it('fetches at once, although there is no line, and again when changes flow', async () => {
    const lab = await open();
    await tick();
    expect(lab.server.requests).toHaveLength(1);
    expect(lab.live.status()).toMatchObject({ state: 'loading', fetchedAt: null });
    lab.server.latest.answer([row(2), row(1)]);
    await tick();
    expect(names(lab.live)).toEqual(['v1', 'v2']);
    expect(lab.live.status()).toMatchObject({ state: 'polling', code: 'CONNECTING' });
    await tick(60_000);
    expect(lab.server.requests).toHaveLength(1);
    await goLive(lab);
    expect(lab.live.status()).toMatchObject({ state: 'stale', code: 'CONNECTING' });
    lab.server.latest.answer([row(1)]);
    await tick();
    expect(lab.live.status()).toMatchObject({ state: 'live', code: 'OK' });
    expect(names(lab.live)).toEqual(['v1']);
  });

  it('fetches once where changes flow at once', async () => {
    const lab = await liveWith([row(1)]);
    await tick(60_000);
    expect(lab.server.requests).toHaveLength(1);
  });

  it('does not count as live what was fetched before changes flowed', async () => {
    const lab = await open();
    await tick();
    await goLive(lab);
    expect(lab.server.requests).toHaveLength(1);
    lab.engine.deliver(insert(row(3)));
    lab.server.latest.answer([row(1)]);
    await tick();
    expect(names(lab.live)).toEqual(['v1', 'v3']);
    expect(lab.live.status().state).toBe('stale');
    expect(lab.server.requests).toHaveLength(2);
    lab.server.latest.answer([row(1), row(2), row(3)]);
    await tick();
    expect(names(lab.live)).toEqual(['v1', 'v2', 'v3']);
    expect(lab.live.status().state).toBe('live');
  });

  it('goes on trying to fetch while there is no line, and shows the rows of a line that is refused', async () => {
    const lab = await open();
    await tick();
    lab.server.latest.fail(new Error('503'));
    await tick();
    expect(lab.live.status()).toMatchObject({ state: 'loading', code: 'FETCH_FAILED', message: '503' });
    const refusal = { subscription: 1, status: 'CHANNEL_ERROR', code: 'BAD_BINDING', message: 'no' } as const;
    lab.engine.control({ notices: [{ ...refusal, retryable: false, nextRetryAt: null }] });
    await tick(1_000);
    lab.server.latest.answer([row(1)]);
    await tick();
    expect(names(lab.live)).toEqual(['v1']);
    expect(lab.live.status()).toMatchObject({ state: 'polling', code: 'BAD_BINDING', message: 'no' });
  });

  it('applies what arrives during the fetch on top of it, contained in it or not', async () => {
    const lab = await open();
    await goLive(lab);
    // In the answer already, not in it, gone again, and changed twice.
    lab.engine.deliver(insert(row(1)), insert(row(2)), remove(3), update(row(4, 'b')), update(row(4, 'c')));
    expect(lab.live.rows()).toEqual([]);
    lab.server.latest.answer([row(1), row(3), row(4, 'a')]);
    await tick();
    expect(names(lab.live)).toEqual(['v1', 'v2', 'c']);
  });

  it('drops what arrived before the fetch began, since that is contained in it', async () => {
    const lab = await open();
    lab.engine.deliver(insert(row(1, 'old')));
    await goLive(lab);
    lab.server.latest.answer([row(2)]);
    await tick();
    expect(names(lab.live)).toEqual(['v2']);
  });

  it('goes on after a repetition as if there were none', async () => {
    const lab = await liveWith([row(1)]);
    const before = lab.live.rows();
    const notified = lab.notified();
    lab.engine.deliver(insert(row(1)), remove(9));
    await tick();
    expect(lab.live.rows()).toBe(before);
    expect(lab.notified()).toBe(notified);
  });
});

describe('applying changes', () => {
  it('keeps arrays and rows the same until they change, and notifies once per turn', async () => {
    const lab = await liveWith([row(1), row(2)]);
    const [first] = lab.live.rows();
    const notified = lab.notified();
    lab.engine.deliver(batch([1], changeText({ id: 3, name: 'v3' }), changeText({ id: 2, name: 'new' }, 'UPDATE')));
    lab.engine.deliver(update(row(2, 'newest')));
    await tick();
    expect(names(lab.live)).toEqual(['v1', 'newest', 'v3']);
    expect(lab.live.rows()[0]).toBe(first);
    expect(lab.notified()).toBe(notified + 1);
    expect(lab.live.rows()).toBe(lab.live.rows());
  });

  it('follows a key that changes, and keeps columns that an UPDATE leaves out', async () => {
    const lab = await liveWith([{ ...row(1), note: 'long' }, row(2)]);
    lab.engine.deliver(update(row(3, 'was 2'), { id: 2 }), update(row(1, 'new')));
    await tick();
    expect(lab.live.rows()).toEqual([{ id: 1, name: 'new', note: 'long' }, row(3, 'was 2')]);
  });

  it('orders by columns, with nulls as in PostgreSQL, and by key among equals', async () => {
    const rows = [
      { id: 3, name: 'a', note: null },
      { id: 2, name: 'b', note: 'x' },
      { id: 10, name: 'b', note: 'y' },
    ];
    const orderBy = ['note', { column: 'name', ascending: false }] as const;
    expect(names((await liveWith(rows, { orderBy })).live)).toEqual(['b', 'b', 'a']);
    const descending = { column: 'note', ascending: false } as const;
    expect((await liveWith(rows, { orderBy: descending })).live.rows().map(({ id }) => id)).toEqual([3, 10, 2]);
    expect((await liveWith(rows, { orderBy: 'name' })).live.rows().map(({ id }) => id)).toEqual([3, 2, 10]);
    const byLength = (a: Booking, b: Booking): number => String(b.id).length - String(a.id).length;
    expect((await liveWith(rows, { orderBy: byLength })).live.rows().map(({ id }) => id)).toEqual([10, 2, 3]);
  });

  it('fetches again for a change that can not be applied', async () => {
    const lab = await liveWith([row(1)]);
    lab.engine.deliver(each([1], changeText({ name: 'v1' }, 'DELETE')));
    expect(lab.live.status()).toMatchObject({ state: 'stale', code: 'UNDECIDED' });
    await tick();
    lab.server.latest.answer([]);
    await tick();
    expect(lab.live.rows()).toEqual([]);
    expect(lab.live.status().state).toBe('live');
  });

  it('fetches again after a change without its values', async () => {
    const lab = await liveWith([row(1)]);
    lab.engine.deliver(each([1], changeText({ id: 1 }, 'UPDATE', { errors: ['Error 413: Payload Too Large'] })));
    await tick();
    expect(lab.live.status()).toMatchObject({ state: 'stale', code: 'PAYLOAD_TOO_LARGE' });
    lab.server.latest.answer([row(1, 'huge')]);
    await tick();
    expect(names(lab.live)).toEqual(['huge']);
    expect(lab.live.status().state).toBe('live');
  });

  it('is stale after a change that can not be read, and fetches again', async () => {
    const lab = await liveWith([row(1)]);
    lab.engine.deliver(each([1], changeText({ id: 2, name: 'lost' }).slice(0, -9)));
    expect(lab.live.status()).toMatchObject({ state: 'stale', code: 'PAYLOAD_INVALID' });
    await tick();
    lab.server.latest.answer([row(1), row(2, 'lost')]);
    await tick();
    expect(names(lab.live)).toEqual(['v1', 'lost']);
    expect(lab.live.status().state).toBe('live');
    expect(lab.bench.manager.stats()).toMatchObject({ callbackErrors: 0, gaps: { opened: 1, refetched: 1 } });
  });

  it('with `wide` sees rows leave and enter the filter, and fetches where it can not decide', async () => {
    const lab = await liveWith([row(1, 'in')], { filter: 'name=in.(in,inside)', wide: true });
    expect(lab.engine.commands[0]).not.toContain('filter');
    const whole = row(2, 'outside');
    lab.engine.deliver(update(row(1, 'out')), update(row(2, 'inside'), whole), insert(row(3, 'elsewhere')));
    await tick();
    expect(names(lab.live)).toEqual(['inside']);
    lab.engine.deliver(insert(row(4, 'IN')));
    expect(lab.live.status()).toMatchObject({ state: 'stale', code: 'UNDECIDED' });
  });
});

describe('after a gap', () => {
  it('is stale until a fetch that began when it was over is applied, and shows only differences', async () => {
    const lab = await liveWith([row(1), row(2), row(3)]);
    const [first] = lab.live.rows();
    gapOpens(lab);
    expect(lab.live.status()).toMatchObject({ state: 'stale', code: 'CONNECTION_LOST' });
    await tick(60_000);
    expect(lab.server.requests).toHaveLength(1);
    await gapIsOver(lab);
    expect(lab.server.requests).toHaveLength(2);
    expect(lab.live.status().state).toBe('stale');
    lab.engine.deliver(insert(row(5)));
    expect(names(lab.live)).toEqual(['v1', 'v2', 'v3', 'v5']);
    lab.server.latest.answer([row(1), row(3, 'changed'), row(4)]);
    await tick();
    expect(names(lab.live)).toEqual(['v1', 'changed', 'v4', 'v5']);
    expect(lab.live.rows()[0]).toBe(first);
    expect(lab.live.status().state).toBe('live');
    expect(lab.bench.manager.stats().gaps).toMatchObject({ opened: 1, over: 1, refetched: 1 });
  });

  it('that changed nothing keeps the array', async () => {
    const lab = await liveWith([row(1)]);
    const before = lab.live.rows();
    gapOpens(lab);
    await gapIsOver(lab);
    lab.server.latest.answer([row(1)]);
    await tick();
    expect(lab.live.rows()).toBe(before);
    expect(lab.live.status().state).toBe('live');
  });

  it('that opens during a fetch makes that fetch count for nothing', async () => {
    const lab = await open();
    await goLive(lab);
    gapOpens(lab);
    lab.server.latest.answer([row(1)]);
    await tick();
    expect(lab.live.status().state).not.toBe('live');
    await gapIsOver(lab);
    expect(lab.live.status().state).not.toBe('live');
    expect(lab.server.requests).toHaveLength(2);
    lab.server.latest.answer([row(2)]);
    await tick();
    expect(names(lab.live)).toEqual(['v2']);
    expect(lab.live.status().state).toBe('live');
  });

  it('that opens and is over during a fetch has it done again', async () => {
    const lab = await open();
    await goLive(lab);
    gapOpens(lab);
    await gapIsOver(lab);
    expect(lab.server.requests).toHaveLength(1);
    lab.server.latest.answer([row(1)]);
    await tick();
    expect(lab.live.status().state).toBe('stale');
    expect(lab.server.requests).toHaveLength(2);
    lab.server.latest.answer([row(1), row(2)]);
    await tick();
    expect(names(lab.live)).toEqual(['v1', 'v2']);
    expect(lab.live.status().state).toBe('live');
  });

  it('polls while there is no line, and says so', async () => {
    const lab = await liveWith([row(1)]);
    gapOpens(lab);
    lab.engine.control({ polls: [1] });
    await tick();
    lab.server.latest.answer([row(1, 'polled')]);
    await tick();
    expect(names(lab.live)).toEqual(['polled']);
    expect(lab.live.status()).toMatchObject({ state: 'polling', code: 'CONNECTION_LOST' });
    lab.engine.control({ polls: [1] });
    await tick();
    lab.server.latest.fail(new Error('no network'));
    await tick();
    expect(lab.live.status()).toMatchObject({ state: 'stale', code: 'FETCH_FAILED', message: 'no network' });
    await gapIsOver(lab);
    lab.server.latest.answer([row(1, 'live')]);
    await tick();
    expect(lab.live.status().state).toBe('live');
  });
});

describe('refresh and close', () => {
  it('refresh resolves with the status after the attempt', async () => {
    const lab = await liveWith([row(1)]);
    const refreshed = lab.live.refresh();
    await tick();
    lab.server.latest.fail(new Error('not now'));
    expect(await refreshed).toMatchObject({ state: 'stale', code: 'FETCH_FAILED' });
    const again = lab.live.refresh();
    await tick(1_000);
    lab.server.latest.answer([row(2)]);
    expect(await again).toMatchObject({ state: 'live' });
    expect(names(lab.live)).toEqual(['v2']);
  });

  it('close ends the subscription, the fetch and the calls, and keeps the rows', async () => {
    const aborter = new AbortController();
    const lab = await liveWith([row(1)], { signal: aborter.signal });
    const refreshed = lab.live.refresh();
    await tick();
    const notified = lab.notified();
    aborter.abort();
    expect(lab.server.latest.signal.aborted).toBe(true);
    expect(lab.engine.commands.at(-1)).toBe('unsubscribe 1');
    expect(await refreshed).toMatchObject({ state: 'stale', code: 'UNSUBSCRIBED' });
    expect(names(lab.live)).toEqual(['v1']);
    lab.live.close();
    await tick();
    expect(lab.notified()).toBe(notified);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('the manager closes them at dispose', async () => {
    const lab = await liveWith([row(1)], { verify: { everyMs: 1_000, digest: () => true } });
    await lab.bench.manager.dispose();
    expect(lab.live.status().code).toBe('UNSUBSCRIBED');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('a listener that throws stops no other', async () => {
    const lab = await liveWith([row(1)]);
    lab.live.subscribe(() => {
      throw new Error('mine');
    });
    let heard = 0;
    lab.live.subscribe(() => (heard += 1));
    lab.engine.deliver(insert(row(2)));
    await tick();
    expect(heard).toBe(1);
    expect(lab.bench.manager.stats().callbackErrors).toBe(1);
  });
});

describe('options that can not work', () => {
  const fetch = (): Promise<Booking[]> => Promise.resolve([]);
  it.each([
    [{ table: 't', fetch }, 'key'],
    [{ table: 't', key: [], fetch }, 'key'],
    [{ table: 't', key: 'id' }, 'fetch'],
    [{ key: 'id', fetch }, 'table'],
    [{ table: 't', key: 'id', fetch, select: ['name'] }, 'select'],
    [{ table: 't', key: 'id', fetch, delivery: { mode: 'batch', everyMs: 5, payload: false } }, 'delivery'],
    [{ table: 't', key: 'id', fetch, wide: true }, 'wide'],
    [{ table: 't', key: 'id', fetch, verify: { everyMs: 1_000 } }, 'digest'],
    [{ table: 't', key: 'id', fetch, verify: { digest: fetch } }, 'everyMs'],
    [{ table: 't', key: 'id', fetch, filter: 'x' }, 'filter'],
    [{ table: 't', key: 'id', fetch, filter: 'x', wide: true }, 'filter'],
    [{ table: 't', key: 'id', fetch, filter: 'a=like.\\', wide: true }, 'filter'],
    [{ table: '*', key: 'id', fetch, filter: 'a=eq.1', wide: true }, 'filter'],
    [{ table: '*', key: 'id', fetch }, 'table'],
    [{ table: 't', schema: '*', key: 'id', fetch }, 'table'],
    [{ table: 't', key: ['id', ''], fetch }, 'key'],
    [{ table: 't', key: 'id', fetch, select: ['id', ''] }, 'select'],
    [{ table: 't', key: 'id', fetch, select: 'id' }, 'select'],
    [{ table: 't', key: 'id', fetch, delivery: null }, 'delivery'],
    [{ table: 't', key: 'id', fetch, orderBy: 5 }, 'orderBy'],
    [{ table: 't', key: 'id', fetch, orderBy: null }, 'orderBy'],
    [{ table: 't', key: 'id', fetch, orderBy: ['id', ''] }, 'orderBy'],
    [{ table: 't', key: 'id', fetch, orderBy: [{ column: '' }] }, 'orderBy'],
    [{ table: 't', key: 'id', fetch, orderBy: { colum: 'id' } }, 'colum'],
    [{ table: 't', key: 'id', fetch, orderBy: { column: 'id', ascending: 'no' } }, 'ascending'],
    [{ table: 't', key: 'id', fetch, orderby: 'id' }, 'orderby'],
  ])('%j are refused by naming %s', (options, option) => {
    const { manager } = new Bench();
    expect(() => manager.liveRows(options as unknown as LiveRowsOptions<Booking>)).toThrow(
      expect.objectContaining({ option }) as Error,
    );
    expect(manager.stats().subscriptions).toBe(0);
  });
});
