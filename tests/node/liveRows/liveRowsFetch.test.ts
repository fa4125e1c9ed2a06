import { describe, expect, it, vi } from 'vitest';
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
} from '../support/liveRowsBench.js';

fakeTime({ random: 1 });

describe('a fetch that goes wrong', () => {
  const garbage: [string, unknown, RegExp][] = [
    ['nothing', undefined, /must give an array/],
    ['an error object', { data: null, error: 'boom' }, /must give an array/],
    ['text', '<html>', /must give an array/],
    ['something that is no row', [row(1), null], /no row/],
    ['a row without its key', [{ name: 'x' }], /lacks its key/],
    ['half of what there is', { rows: [row(1)], total: 2 }, /1 of 2/],
  ];

  it.each(garbage)('by giving %s keeps the rows, is stale, and is tried again', async (_, answer, message) => {
    const lab = await liveWith([row(1), row(2)]);
    gapOpens(lab);
    await gapIsOver(lab);
    lab.server.latest.answer(answer);
    await tick(2_000); // after which it is known that no DELETE explains the half
    expect(lab.live.status()).toMatchObject({ state: 'stale', code: 'FETCH_INVALID' });
    expect(lab.live.status().message).toMatch(message);
    expect(names(lab.live)).toEqual(['v1', 'v2']);
    await tick(1_000);
    lab.server.latest.answer({ rows: [row(2)], total: 1 });
    await tick();
    expect(lab.live.status()).toMatchObject({ state: 'live', code: 'OK' });
    expect(names(lab.live)).toEqual(['v2']);
  });

  it('on its second page shows nothing of the first', async () => {
    const lab = await liveWith([row(1)]);
    gapOpens(lab);
    await gapIsOver(lab);
    lab.server.latest.answer({ rows: [row(7)], next: 7 });
    await tick();
    expect(lab.server.latest.cursor).toBe(7);
    lab.server.latest.fail(new Error('gone'));
    await tick();
    expect(names(lab.live)).toEqual(['v1']);
    expect(lab.live.status()).toMatchObject({ state: 'stale', code: 'FETCH_FAILED', message: 'gone' });
  });

  it('by hanging is aborted in time and its late answer ignored', async () => {
    const lab = await liveWith([row(1)]);
    gapOpens(lab);
    await gapIsOver(lab);
    const hanging = lab.server.latest;
    await tick(5_000);
    expect(hanging.signal.aborted).toBe(true);
    expect(lab.live.status()).toMatchObject({ state: 'stale', code: 'FETCH_TIMEOUT' });
    hanging.answer([row(9)]);
    await tick(1_000);
    expect(names(lab.live)).toEqual(['v1']);
    lab.server.latest.answer([row(2)]);
    await tick();
    expect(names(lab.live)).toEqual(['v2']);
    expect(lab.live.status().state).toBe('live');
  });

  it('at the very first is loading, and says why', async () => {
    const lab = await open();
    await goLive(lab);
    lab.server.latest.fail(new Error('401'));
    await tick();
    expect(lab.live.status()).toMatchObject({ state: 'loading', code: 'FETCH_FAILED', message: '401' });
    lab.engine.deliver(insert(row(1)));
    expect(lab.live.rows()).toEqual([]);
  });

  it('by never ending is found out', async () => {
    const lab = await open();
    await goLive(lab);
    for (const _ of [1, 2]) {
      lab.server.latest.answer({ rows: [row(1)], next: 'more' });
      await tick();
    }
    expect(lab.live.status()).toMatchObject({ state: 'loading', code: 'FETCH_INVALID' });
  });
});

describe('paging', () => {
  it('joins pages, and takes changes of rows on pages that were read', async () => {
    const lab = await open();
    await goLive(lab);
    expect(lab.server.latest.cursor).toBeNull();
    lab.server.latest.answer({ rows: [row(1), row(2)], next: { after: 2 }, total: 4 });
    await tick();
    lab.engine.deliver(remove(1), update(row(2, 'new')));
    expect(lab.server.latest.cursor).toEqual({ after: 2 });
    lab.server.latest.answer({ rows: [row(3), row(4)], next: null });
    await tick();
    expect(names(lab.live)).toEqual(['new', 'v3', 'v4']);
  });
});

describe('an answer with fewer rows than its first page said', () => {
  it('is no answer when rows were changed meanwhile, however many', async () => {
    const lab = await open();
    await goLive(lab);
    lab.server.latest.answer({ rows: [row(1)], next: 1, total: 4 });
    await tick();
    lab.engine.deliver(update(row(1, 'new')), update(row(2, 'new')), insert(row(9), row(10)));
    lab.server.latest.answer({ rows: [row(2)] });
    await tick(2_000);
    expect(lab.live.status()).toMatchObject({ state: 'loading', code: 'FETCH_INVALID' });
  });

  it('is no answer for rows that were never there, or came only meanwhile, whatever went of them', async () => {
    const lab = await open({ filter: 'name=eq.a', wide: true });
    await goLive(lab);
    lab.server.latest.answer({ rows: [row(1, 'a')], next: 1, total: 4 });
    await tick();
    lab.engine.deliver(
      update(row(5, 'c'), row(5, 'b')),
      insert(row(6, 'b'), row(7, 'a')),
      remove(7),
      update(row(8, 'a'), row(8, 'b')),
      update(row(8, 'b'), row(8, 'a')),
    );
    lab.server.latest.answer({ rows: [] });
    await tick(2_000);
    expect(lab.live.status()).toMatchObject({ state: 'loading', code: 'FETCH_INVALID' });
  });

  it('is one when the rest left the filter meanwhile, or got another key', async () => {
    const lab = await open({ filter: 'name=eq.a', wide: true });
    await goLive(lab);
    lab.server.latest.answer({ rows: [row(1, 'a')], next: 1, total: 3 });
    await tick();
    lab.engine.deliver(update(row(2, 'b'), row(2, 'a')), update(row(9, 'a'), row(3, 'a')));
    lab.server.latest.answer({ rows: [] });
    await tick();
    expect(lab.live.status().state).toBe('live');
    expect(lab.live.rows().map(({ id }) => id)).toEqual([1, 9]);
  });

  it('is one when the rest was deleted meanwhile, although that is reported a little later', async () => {
    const lab = await open();
    await goLive(lab);
    lab.server.latest.answer({ rows: [row(1)], next: 1, total: 3 });
    await tick();
    lab.engine.deliver(remove(2));
    lab.server.latest.answer({ rows: [] });
    await tick(1_000);
    expect(lab.live.status().state).toBe('loading');
    lab.engine.deliver(remove(3));
    await tick(1_000);
    expect(lab.live.status().state).toBe('live');
    expect(names(lab.live)).toEqual(['v1']);
  });

  it('is no answer when what was deleted is among the rows', async () => {
    const lab = await open();
    await goLive(lab);
    lab.server.latest.answer({ rows: [row(1), row(2)], next: 2, total: 3 });
    await tick();
    lab.engine.deliver(remove(1));
    lab.server.latest.answer({ rows: [] });
    await tick(2_000);
    expect(lab.live.status().code).toBe('FETCH_INVALID');
  });
});

describe('verify', () => {
  it('has the rows fetched when the digest does not fit twice', async () => {
    const answers = [true, false, true, false, false];
    const digest = vi.fn(() => answers.shift() ?? true);
    const lab = await liveWith([row(1)], { verify: { everyMs: 10_000, digest } });
    await tick(10_000);
    await tick(10_000);
    await tick(2_000);
    expect(digest).toHaveBeenCalledTimes(3);
    expect(lab.server.requests).toHaveLength(1);
    await tick(10_000);
    await tick(2_000);
    expect(lab.live.status()).toMatchObject({ state: 'stale', code: 'VERIFY_MISMATCH' });
    await tick(1);
    lab.server.latest.answer([row(1), row(2)]);
    await tick();
    expect(names(lab.live)).toEqual(['v1', 'v2']);
    expect(lab.live.status().state).toBe('live');
    lab.live.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('decides nothing when it throws, and is not asked while not live', async () => {
    const digest = vi.fn(() => Promise.reject(new Error('no')));
    const lab = await liveWith([row(1)], { verify: { everyMs: 10_000, digest } });
    await tick(10_000);
    expect(lab.live.status().state).toBe('live');
    expect(lab.bench.logged.at(-1)).toMatchObject({
      level: 'error',
      message: expect.stringContaining('digest') as string,
    });
    gapOpens(lab);
    await tick(60_000);
    expect(digest).toHaveBeenCalledTimes(1);
  });
});
