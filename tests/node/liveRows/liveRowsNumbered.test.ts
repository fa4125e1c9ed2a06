import { describe, expect, it } from 'vitest';
import type { GapReport } from '../../../web/core/api/gap.js';
import { fakeTime, tick } from '../support/fakeTime.js';
import { gapReport } from '../support/gapReports.js';
import { goLive, liveWith, names, row, type Booking, type Lab } from '../support/liveRowsBench.js';
import { changeText, each } from '../support/scriptedEngine.js';

fakeTime({ random: 1 });

/** A change with a number: an UPDATE has the old row whole, unless it has moved here. */
function change(lab: Lab, type: string, number: number, next: Booking, old: object = next): void {
  const more = type === 'UPDATE' ? { old_record: old } : {};
  lab.engine.deliver(each([1], changeText({ ...next }, type, { ...more, number, epoch: 'e' })));
}

function truncate(lab: Lab, number: number): void {
  const gone = { number, epoch: 'e', record: undefined, old_record: undefined };
  lab.engine.deliver(each([1], changeText({}, 'TRUNCATE', gone)));
}

async function goDown({ engine }: Lab): Promise<void> {
  const lost = { subscription: 1, status: 'CHANNEL_ERROR', code: 'CONNECTION_LOST', message: 'closed' } as const;
  engine.control({ notices: [{ ...lost, retryable: true, nextRetryAt: null }] });
  await tick();
}

async function gap(lab: Lab, more: Partial<GapReport>): Promise<void> {
  lab.engine.control({ gaps: [gapReport(1, { from: 1, ...more })] });
  await tick();
}

const liveOnNumbers = (): Promise<Lab> => liveWith([row(1), row(2)], { via: 'auto' });

describe('live rows whose changes are numbered', () => {
  it('are not fetched again after a reconnect without a gap', async () => {
    const lab = await liveOnNumbers();
    await goDown(lab);
    expect(lab.live.status()).toMatchObject({ state: 'stale', code: 'CONNECTION_LOST' });
    await goLive(lab);
    expect(lab.live.status()).toMatchObject({ state: 'live', code: 'OK' });
    change(lab, 'INSERT', 5, row(3));
    change(lab, 'DELETE', 6, row(1));
    await tick(60_000);
    expect(names(lab.live)).toEqual(['v2', 'v3']);
    expect(lab.server.requests).toHaveLength(1);
  });

  it('are gone after a TRUNCATE, without a fetch, and go on with what comes after it', async () => {
    const lab = await liveOnNumbers();
    truncate(lab, 5);
    expect(names(lab.live)).toEqual([]);
    change(lab, 'INSERT', 6, row(1, 'again'));
    await tick(60_000);
    expect(names(lab.live)).toEqual(['again']);
    expect(lab.live.status()).toMatchObject({ state: 'live', code: 'OK' });
    expect(lab.server.requests).toHaveLength(1);
  });

  it.each([
    ['rows from before it', [row(1), row(2)]],
    ['rows from after it, which come as changes too', [row(8, 'new')]],
    ['no rows', []],
  ])('are what came after a TRUNCATE during a fetch that gives %s', async (_, rows) => {
    const lab = await liveOnNumbers();
    void lab.live.refresh();
    await tick();
    change(lab, 'INSERT', 5, row(7));
    truncate(lab, 6);
    change(lab, 'INSERT', 7, row(8, 'new'));
    lab.server.latest.answer({ rows, total: 2 });
    await tick(60_000);
    expect(names(lab.live)).toEqual(['new']);
    expect(lab.live.status()).toMatchObject({ state: 'live', code: 'OK' });
    expect(lab.server.requests).toHaveLength(2);
  });

  it('are fetched for a gap in the numbers', async () => {
    const lab = await liveOnNumbers();
    await gap(lab, { code: 'NOT_KEPT', epoch: 'e', fromNumber: 5, toNumber: 9, to: 2 });
    expect(lab.live.status()).toMatchObject({ state: 'stale', code: 'NOT_KEPT' });
    expect(lab.server.requests).toHaveLength(2);
    lab.server.latest.answer([row(7)]);
    await tick();
    expect(names(lab.live)).toEqual(['v7']);
    expect(lab.live.status().state).toBe('live');
  });

  it('are live again when the line that was lost during a fetch is back without a gap', async () => {
    const lab = await liveOnNumbers();
    void lab.live.refresh();
    await gap(lab, { code: 'TRUNCATED', epoch: 'e', fromNumber: 5, toNumber: 5, to: 2 });
    await goDown(lab);
    lab.server.latest.answer([row(1)]);
    await tick();
    await goLive(lab);
    for (let requests = 0; requests < lab.server.requests.length;) {
      requests = lab.server.requests.length;
      lab.server.latest.answer([row(1)]);
      await tick(2_000);
    }
    expect(lab.live.status()).toMatchObject({ state: 'live', code: 'OK' });
    expect(names(lab.live)).toEqual(['v1']);
  });

  it('are fetched when the line is back and the fetch for a gap was made without it', async () => {
    const lab = await liveOnNumbers();
    await gap(lab, { code: 'NOT_KEPT', epoch: 'e', fromNumber: 5, toNumber: 9, to: 2 });
    lab.server.latest.fail(new Error('503'));
    await tick();
    await goDown(lab);
    await tick(1_000);
    lab.server.latest.answer([row(7)]);
    await tick();
    expect(lab.live.status().state).toBe('polling');
    const before = lab.server.requests.length;
    await goLive(lab);
    expect(lab.server.requests).toHaveLength(before + 1);
    lab.server.latest.answer([row(8)]);
    await tick();
    expect(names(lab.live)).toEqual(['v8']);
    expect(lab.live.status()).toMatchObject({ state: 'live', code: 'OK' });
    await tick(60_000);
    expect(lab.server.requests).toHaveLength(before + 1);
  });

  it('are fetched when the line is back, and the fetch for a gap began without it and ends with it', async () => {
    const lab = await liveOnNumbers();
    await gap(lab, { code: 'NOT_KEPT', epoch: 'e', fromNumber: 5, toNumber: 9, to: 2 });
    lab.server.latest.fail(new Error('503'));
    await tick();
    await goDown(lab);
    await tick(1_000);
    await goLive(lab);
    lab.server.latest.answer([row(7)]);
    await tick();
    lab.server.latest.answer([row(8)]);
    await tick();
    expect(names(lab.live)).toEqual(['v8']);
    expect(lab.live.status()).toMatchObject({ state: 'live', code: 'OK' });
    await tick(60_000);
    expect(lab.server.requests).toHaveLength(4);
  });

  it.each([
    ['fails', 'FETCH_FAILED', (lab: Lab) => (lab.server.latest.fail(new Error('503')), tick())],
    ['hangs', 'FETCH_TIMEOUT', () => tick(5_000)],
    ['gives no rows', 'FETCH_INVALID', (lab: Lab) => (lab.server.latest.answer('none'), tick())],
  ])('are fetched when the line is back without a gap after a poll that %s', async (_, code, end) => {
    const lab = await liveOnNumbers();
    await goDown(lab);
    lab.engine.control({ polls: [1] });
    await tick();
    await end(lab);
    expect(lab.live.status()).toMatchObject({ state: 'stale', code });
    await tick(60_000);
    expect(lab.server.requests).toHaveLength(2);
    await goLive(lab);
    expect(lab.server.requests).toHaveLength(3);
    lab.server.latest.answer([row(7)]);
    await tick(60_000);
    expect(names(lab.live)).toEqual(['v7']);
    expect(lab.live.status()).toMatchObject({ state: 'live', code: 'OK' });
    expect(lab.server.requests).toHaveLength(3);
  });

  it.each([
    ['fails', 'FETCH_FAILED', (lab: Lab) => (lab.server.latest.fail(new Error('503')), tick())],
    ['hangs', 'FETCH_TIMEOUT', () => tick(5_000)],
    ['gives no rows', 'FETCH_INVALID', (lab: Lab) => (lab.server.latest.answer('none'), tick())],
  ])('are fetched until that succeeds after a poll that %s when the line is back', async (_, code, end) => {
    const lab = await liveOnNumbers();
    await goDown(lab);
    lab.engine.control({ polls: [1] });
    await tick();
    await goLive(lab);
    await end(lab);
    expect(lab.live.status()).toMatchObject({ state: 'stale', code });
    await tick(1_000);
    expect(lab.server.requests).toHaveLength(3);
    lab.server.latest.fail(new Error('503'));
    await tick(2_000);
    expect(lab.server.requests).toHaveLength(4);
    lab.server.latest.answer([row(7)]);
    await tick(60_000);
    expect(names(lab.live)).toEqual(['v7']);
    expect(lab.live.status()).toMatchObject({ state: 'live', code: 'OK' });
    expect(lab.server.requests).toHaveLength(4);
  });

  it('take a row that has moved here, of which the old image is only the key', async () => {
    const lab = await liveOnNumbers();
    change(lab, 'UPDATE', 5, row(9), { id: 9 });
    await tick(60_000);
    expect(names(lab.live)).toEqual(['v1', 'v2', 'v9']);
    expect(lab.server.requests).toHaveLength(1);
  });
});
