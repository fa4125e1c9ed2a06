import { beforeEach, describe, expect, it } from 'vitest';
import { fakeTime, tick } from '../support/fakeTime.js';
import { type RawTab, ScriptedHub } from '../support/tabs/scriptedHub.js';
import { ownerOf } from '../../../web/core/tabs/wire/user.js';

fakeTime();

let hub: ScriptedHub;

beforeEach(() => {
  hub = new ScriptedHub();
});

const token = (exp: number | undefined, sub = 'ana'): string =>
  `e30.${Buffer.from(JSON.stringify({ sub, exp })).toString('base64url')}.s`;
const ana = ownerOf(token(1), '').user;

describe('tokens', () => {
  const asked = (tab: RawTab): boolean => tab.take().some(({ control }) => control?.tokenRequest !== undefined);

  it('come from one tab, and from another when that one hangs, fails or dies', async () => {
    const [a, b, c, d] = [await hub.tab(ana), await hub.tab(ana), await hub.tab(ana), await hub.tab(ana)];
    hub.core.say({ tokenRequest: { request: 9 } });
    expect([a, b, c, d].map(asked)).toEqual([true, false, false, false]);
    await tick(1_500);
    expect([a, b, c, d].map(asked)).toEqual([false, true, false, false]);
    b.send({ kind: 'failToken', request: 9, message: 'no' });
    expect([a, b, c, d].map(asked)).toEqual([false, false, true, false]);
    c.post({ leave: true });
    expect([a, b, c, d].map(asked)).toEqual([false, false, false, true]);
    d.send({ kind: 'provideToken', request: 9, token: token(50) });
    a.send({ kind: 'provideToken', request: 9, token: token(40) });
    expect(hub.core.of('provideToken')).toEqual([{ kind: 'provideToken', request: 9, token: token(50) }]);
  });

  it('fail when no tab has one, for the reason that the last one gave', async () => {
    const [a, b] = [await hub.tab(ana), await hub.tab(ana)];
    hub.core.say({ tokenRequest: { request: 3 } });
    a.send({ kind: 'failToken', request: 3, message: 'first' });
    b.send({ kind: 'failToken', request: 3, message: 'last' });
    expect(hub.core.of('failToken')).toEqual([{ kind: 'failToken', request: 3, message: 'last' }]);
  });

  it('that are valid for longer count, whoever gives them', async () => {
    const [a, b] = [await hub.tab(ana), await hub.tab(ana)];
    a.send({ kind: 'provideToken', request: 0, token: token(100) });
    b.send({ kind: 'provideToken', request: 0, token: token(90) });
    hub.core.say({ tokenRequest: { request: 1 } });
    a.send({ kind: 'provideToken', request: 1, token: token(80) });
    b.send({ kind: 'provideToken', request: 0, token: token(110) });
    expect(hub.core.of('provideToken').map((given) => [given.request, given.token])).toEqual([
      [0, token(100)],
      [1, token(100)],
      [0, token(110)],
    ]);
  });

  it('that the core has and asks about again are replaced by the one that a tab gives, if that has not ended', async () => {
    const tab = await hub.tab(ana);
    const inSeconds = (seconds: number): string => token(Math.round(Date.now() / 1_000) + seconds);
    const [refused, fresh, next, over] = [inSeconds(7_200), inSeconds(3_600), inSeconds(3_700), inSeconds(-1)];
    tab.send({ kind: 'provideToken', request: 0, token: refused });
    for (const [request, answer] of [fresh, over, next].entries()) {
      hub.core.say({ tokenRequest: { request: request + 1 } });
      tab.send({ kind: 'provideToken', request: request + 1, token: answer });
    }
    expect(hub.core.of('provideToken').map((given) => given.token)).toEqual([refused, fresh, fresh, next]);
  });

  it('that do not say when they end leave the place to those that do', async () => {
    const tab = await hub.tab(ana);
    for (const exp of [undefined, 100]) tab.send({ kind: 'provideToken', request: 0, token: token(exp) });
    expect(hub.core.of('provideToken').map((given) => given.token)).toEqual([token(undefined), token(100)]);
  });

  it('of another user never reach the core', async () => {
    const a = await hub.tab(ana);
    a.send({ kind: 'provideToken', request: 0, token: token(100, 'ben') });
    hub.core.say({ tokenRequest: { request: 1 } });
    a.send({ kind: 'provideToken', request: 1, token: token(100, 'ben') });
    a.send({ kind: 'provideToken', request: 0, token: '' });
    expect(hub.core.of('provideToken')).toEqual([]);
  });

  it('are asked of a tab that is looked at rather than of one that is hidden or frozen', async () => {
    const [a, b, c] = [await hub.tab(ana), await hub.tab(ana), await hub.tab(ana)];
    a.send({ kind: 'notify', event: 'freeze' });
    b.send({ kind: 'notify', event: 'hidden' });
    hub.core.say({ tokenRequest: { request: 1 } });
    expect([a, b, c].map(asked)).toEqual([false, false, true]);
  });
});

describe('calls of the database', () => {
  const wanted = { request: 4, topic: 't', after: 1, atMost: 10 };
  const calls = (tab: RawTab): number => tab.take().flatMap(({ control }) => control?.rpcWanted ?? []).length;

  it('are made by one tab, and by another when that one dies', async () => {
    const [a, b] = [await hub.tab(), await hub.tab()];
    hub.core.say({ rpcWanted: [wanted] });
    expect([a, b].map(calls)).toEqual([1, 0]);
    hub.locks.release(a.lock);
    await tick();
    expect(calls(b)).toBe(1);
    a.send({ kind: 'rpcAnswer', request: 4, text: 'late' });
    b.send({ kind: 'rpcAnswer', request: 4, text: 'x' });
    expect(hub.core.of('rpcAnswer')).toEqual([{ kind: 'rpcAnswer', request: 4, text: 'x' }]);
  });

  it('are made by another tab after one has failed', async () => {
    const [a, b] = [await hub.tab(), await hub.tab()];
    hub.core.say({ rpcWanted: [wanted] });
    a.send({ kind: 'rpcFailed', request: 4, message: 'no' });
    expect(hub.core.of('rpcFailed')).toHaveLength(1);
    hub.core.say({ rpcWanted: [{ ...wanted, request: 5 }] });
    expect([calls(a), calls(b)]).toEqual([1, 1]);
  });

  it('are made by another tab after the core has waited for one in vain, and never by a frozen one if there is another', async () => {
    const [stopped, hidden, frozen] = [await hub.tab(), await hub.tab(), await hub.tab()];
    hidden.send({ kind: 'notify', event: 'hidden' });
    frozen.send({ kind: 'notify', event: 'freeze' });
    const made: number[][] = [];
    for (let request = 1; request <= 3; request += 1) {
      hub.core.say({ rpcWanted: [{ ...wanted, request }] });
      made.push([stopped, hidden, frozen].map(calls));
      hub.core.say({ rpcUnwanted: [request] });
    }
    expect(made).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [1, 0, 0],
    ]);
  });
});
