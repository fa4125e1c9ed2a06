import { beforeEach, describe, expect, it } from 'vitest';
import type { BroadcastDelivery, Delivery, LifecycleEvent } from '../../../web/core/engine/engine.js';
import type { EngineStats } from '../../../web/core/api/status.js';
import { fakeTime, tick } from '../support/fakeTime.js';
import { OPTIONS, RawTab, ScriptedHub } from '../support/tabs/scriptedHub.js';
import { tokenOf } from '../support/tabs/simulatedTabs.js';
import { TABS_PROTOCOL } from '../../../web/core/tabs/wire/messages.js';
import { ownerOf } from '../../../web/core/tabs/wire/user.js';

fakeTime();

let hub: ScriptedHub;

beforeEach(() => {
  hub = new ScriptedHub();
});

const each = (subscribers: readonly number[], text = '{}'): Delivery => ({ kind: 'each', subscribers, count: 1, text });
const token = (exp: number, sub = 'ana'): string =>
  `e30.${Buffer.from(JSON.stringify({ sub, exp })).toString('base64url')}.s`;
const ana = ownerOf(token(1), '').user;

describe('a hub', () => {
  it('has one core for the tabs of a user, and another for another user', async () => {
    await hub.tab(ana);
    await hub.tab(ana);
    expect(hub.cores).toHaveLength(1);
    await hub.tab('');
    expect(hub.cores).toHaveLength(2);
  });

  it("gives each tab what it asked for, in the tab's own ids, and one copy of it", async () => {
    const [a, b, c] = [await hub.tab(), await hub.tab(), await hub.tab()];
    a.subscribe(1);
    a.subscribe(2);
    b.subscribe(1);
    c.subscribe(1, 'other');
    expect(hub.core.of('subscribe').map(({ id }) => id)).toEqual([1, 2, 3, 4]);
    for (const tab of [a, b, c]) tab.take();
    hub.core.say({}, [each([1, 2, 3], 'x')]);
    expect(a.take().map(({ deliveries }) => deliveries)).toEqual([[each([1, 2], 'x')]]);
    expect(b.take().map(({ deliveries }) => deliveries)).toEqual([[each([1], 'x')]]);
    expect(c.take()).toEqual([]);
  });

  it('gives the bytes of a broadcast without what is around them in the buffer of the frame', async () => {
    const tabs = [await hub.tab(), await hub.tab()];
    for (const tab of tabs) {
      tab.send({ kind: 'openChannel', id: 1, spec: { name: 'room' } });
      tab.take();
    }
    const payload = new Uint8Array(1_000_000).fill(7, 500, 503).subarray(500, 503);
    const rest = { event: 'e', json: false, id: null, replayed: false } as const;
    hub.core.say({}, [{ kind: 'broadcast', channels: [1, 2], payload, ...rest }]);
    for (const tab of tabs) {
      const [delivery] = tab.take().flatMap(({ deliveries }) => deliveries);
      expect(delivery).toMatchObject({ channels: [1], payload: new Uint8Array([7, 7, 7]) });
      expect((delivery as BroadcastDelivery & { payload: Uint8Array }).payload.buffer.byteLength).toBe(3);
    }
  });

  it('answers what was asked for in one turn with one batch, and delivers nothing later than the core did', async () => {
    const tab = await hub.tab();
    tab.take();
    const rest = { since: 1, attempts: 0, nextRetryAt: null, code: 'OK', message: '', retryable: true } as const;
    hub.core.react = (command) => {
      if (command.kind !== 'subscribe') return;
      const { id } = command;
      const status = { subscriptions: [{ id, state: 'joining', mode: 'live', ...rest } as const] };
      hub.core.say({ status }, id === 2 ? [each([1, 2])] : []);
    };
    const spec = { schema: 'public', table: 't', event: '*' } as const;
    tab.post({ commands: [7, 8, 9, 10].map((id) => ({ kind: 'subscribe', id, spec })) });
    const seen = tab.take().map(({ control, deliveries }) => ({
      ids: control?.status?.subscriptions?.map(({ id }) => id),
      deliveries,
    }));
    expect(seen).toEqual([
      { ids: [7, 8], deliveries: [each([7, 8])] },
      { ids: [9, 10], deliveries: [] },
    ]);
  });

  it('runs a flood of one tab in turns with what others ask for, and answers that it lives', async () => {
    const [a, b] = [await hub.tab(), await hub.tab()];
    for (let id = 1; id <= 2_000; id += 1) a.subscribe(id, 'flood');
    b.subscribe(1, 'other');
    b.post({ ping: 0 });
    const tables = (): string[] => hub.core.of('subscribe').map(({ spec }) => spec.table);
    expect([tables().length, tables().includes('other')]).toEqual([501, true]);
    expect(b.got).toContainEqual({ pong: 0 });
    // What one tab asks for keeps its order, across the turns.
    a.send({ kind: 'unsubscribe', id: 2_000 });
    a.subscribe(2_001, 'flood');
    await tick(100);
    expect(tables()).toHaveLength(2_002);
    expect(hub.core.of('unsubscribe').map(({ id }) => id)).toEqual([2_001]);
    expect(hub.core.commands.slice(-2).map(({ kind }) => kind)).toEqual(['unsubscribe', 'subscribe']);
  });

  it('forgets the rest of a flood when its tab goes', async () => {
    const [a, b] = [await hub.tab(), await hub.tab()];
    for (let id = 1; id <= 2_000; id += 1) a.subscribe(id, 'flood');
    a.post({ leave: true });
    await tick(100);
    expect(hub.core.of('subscribe')).toHaveLength(500);
    expect(hub.core.of('unsubscribe')).toHaveLength(500);
    b.subscribe(1);
    expect(hub.core.of('subscribe')).toHaveLength(501);
  });

  it('gives lists of columns to the tabs that need them, with the numbers that the core has given', async () => {
    const [a, b] = [await hub.tab(), await hub.tab()];
    a.subscribe(1);
    b.subscribe(1);
    const batch = (subscribers: number[]): Delivery => ({ kind: 'batch', subscribers, count: 1, text: '[]' });
    a.take();
    b.take();
    hub.core.say({}, [batch([1])], ['first']);
    hub.core.say({}, [batch([1, 2])], ['second']);
    expect(a.take().map(({ columnLists }) => columnLists)).toEqual([['first'], ['second']]);
    expect(b.take().map(({ columnLists }) => columnLists)).toEqual([['first', 'second']]);
  });

  it('splits status, notices, gaps, polls, pushes and gaps of channels by tab', async () => {
    const [a, b] = [await hub.tab(), await hub.tab()];
    a.subscribe(7);
    b.subscribe(7);
    b.send({ kind: 'openChannel', id: 8, spec: { name: 'room' } });
    const push = { event: 'e', payload: '1', persist: null, ack: false, timeoutMs: 1_000, everyMs: null } as const;
    b.send({ kind: 'push', id: 5, channel: 8, ...push });
    for (const tab of [a, b]) tab.take();
    expect(hub.core.of('push')).toMatchObject([{ id: 1, channel: 3 }]);
    const rest = { since: 1, attempts: 0, nextRetryAt: null, code: 'OK', message: '', retryable: true } as const;
    const gap = { id: 1, code: 'OFFLINE', message: '', fromCommit: null, from: 1, to: null } as const;
    hub.core.say({
      status: {
        subscriptions: [1, 2].map((id) => ({ id, state: 'live', mode: 'live', ...rest })),
        channels: [{ id: 3, state: 'live', ...rest }],
      },
      notices: [{ subscription: 2, status: 'SUBSCRIBED', code: 'OK', message: '', retryable: true, nextRetryAt: null }],
      gaps: [{ ...gap, subscription: 1 }],
      polls: [2],
      pushes: [{ id: 1, outcome: 'ok', message: '' }],
      channelGaps: [{ channels: [3], code: 'OFFLINE', from: 1, to: 2, healed: false }],
    });
    expect(a.take()).toMatchObject([
      { control: { status: { subscriptions: [{ id: 7, state: 'live' }] }, gaps: [{ subscription: 7 }] } },
    ]);
    const [batch] = b.take();
    expect(batch?.control).toMatchObject({
      status: { subscriptions: [{ id: 7 }], channels: [{ id: 8 }] },
      notices: [{ subscription: 7 }],
      polls: [7],
      pushes: [{ id: 5, outcome: 'ok' }],
      channelGaps: [{ channels: [8] }],
    });
    expect(batch?.control?.gaps).toBeUndefined();
  });

  it('ends what a tab had when that says so, and when it has died, and its core after the last', async () => {
    const [a, b, c] = [await hub.tab(), await hub.tab(), await hub.tab()];
    for (const tab of [a, b, c]) tab.subscribe(1);
    c.send({ kind: 'openChannel', id: 2, spec: { name: 'room' } });
    a.post({ leave: true });
    expect(hub.core.of('unsubscribe').map(({ id }) => id)).toEqual([1]);
    hub.locks.release(c.lock);
    await tick();
    expect(hub.core.of('unsubscribe').map(({ id }) => id)).toEqual([1, 3]);
    expect(hub.core.of('closeChannel').map(({ id }) => id)).toEqual([4]);
    expect([a.closed, b.closed, c.closed]).toEqual([true, false, true]);
    expect(hub.core.disposed).toBe(false);
    b.post({ leave: true });
    expect(hub.core.disposed).toBe(true);
    await hub.tab();
    expect(hub.cores).toHaveLength(2);
  });

  it('says what all of its tabs have when one asks for figures', async () => {
    const [a, b, c] = [await hub.tab(), await hub.tab(), await hub.tab()];
    a.subscribe(1);
    a.subscribe(2);
    b.subscribe(1);
    b.send({ kind: 'openChannel', id: 2, spec: { name: 'room' } });
    b.send({ kind: 'notify', event: 'hidden' });
    c.send({ kind: 'notify', event: 'freeze' });
    for (const tab of [a, b, c]) tab.take();
    a.send({ kind: 'stats' });
    const counters = {} as EngineStats['counters'];
    const stats: EngineStats = { sockets: 1, channels: 2, bindings: 3, subscriptions: 4, deadlines: 5, counters };
    hub.core.say({ stats });
    const tabs = { count: 3, visible: 1, subscriptions: 3, channels: 1 };
    expect(a.take().map(({ control }) => control)).toEqual([{ stats, tabs }]);
    expect([b.take(), c.take()]).toEqual([[], []]);
  });

  it('says to all of its tabs why there is no core, and tries again for the next', async () => {
    hub.failure = new Error('no wasm');
    const tab = await hub.tab();
    expect(tab.got).toContainEqual({ failed: { code: '', option: '', message: 'no wasm' } });
    hub.failure = null;
    const later = await hub.tab();
    expect(later.got).toContainEqual({ welcome: true });
  });

  it('that was ended serves nobody, not even who had come before', async () => {
    const [tab, late] = [await hub.tab(), new RawTab('late')];
    hub.host.accept(late.port);
    hub.host.end();
    expect(tab.closed).toBe(true);
    late.post({
      attach: { protocol: TABS_PROTOCOL, user: '', options: OPTIONS, wasm: '', loadTimeoutMs: 1, lock: '' },
    });
    late.post({ ping: 1 });
    expect(late.got).toEqual([]);
    expect(hub.cores).toHaveLength(1);
    expect(await hub.locks.held()).not.toContainEqual(expect.stringMatching(/^hub/u));
  });

  it('whose lock was seized ends what it had, and serves who comes again', async () => {
    const tab = await hub.tab();
    const [lock] = (await hub.locks.held()).filter((name) => name.startsWith('hub'));
    hub.locks.seize(lock ?? '');
    await tick();
    expect([tab.closed, hub.core.disposed]).toEqual([true, true]);
    const again = await hub.tab();
    expect(again.got).toContainEqual({ welcome: true });
    expect((await hub.locks.held()).filter((name) => name.startsWith('hub'))).not.toContain(lock);
  });

  it('cuts off a tab that takes nothing, and no other', async () => {
    const [a, b] = [await hub.tab(), await hub.tab()];
    a.subscribe(1);
    b.subscribe(1);
    const text = 'x'.repeat(1_000_000);
    const say = (): void => {
      hub.core.say({}, [each([1, 2], text)]);
      b.post({ ack: 1 });
    };
    for (let count = 0; count < 20; count += 1) say();
    await tick(4_999);
    say();
    expect([a.closed, b.closed]).toEqual([false, false]);
    await tick(1);
    say();
    expect(a.got[a.got.length - 1]).toEqual({ cut: true });
    expect([a.closed, b.closed]).toEqual([true, false]);
    expect(b.take().filter(({ deliveries }) => deliveries.length > 0)).toHaveLength(22);
  });

  it('counts what it asks of a tab among what that takes', async () => {
    const tab = await hub.tab();
    tab.subscribe(1);
    tab.post({ ack: tab.take().length });
    for (let request = 1; request <= 20; request += 1) {
      hub.core.say({ rpcWanted: [{ request, topic: 't', after: 1, atMost: 10 }] });
    }
    const asked = tab.take().length;
    const say = (): void => {
      hub.core.say({}, [each([1], 'x'.repeat(9_000_000))]);
    };
    say();
    tab.post({ ack: asked });
    say();
    await tick(5_000);
    hub.core.say({}, [each([1])]);
    expect([asked, tab.closed]).toEqual([20, true]);
  });

  it.each([null, 1, 'text', [], {}, { attach: null }, { attach: { protocol: 99 } }, { commands: [{ kind: 'stats' }] }])(
    'ignores %j from whoever is no tab',
    (message) => {
      const port = { got: [] as unknown[], call: (_: unknown): void => undefined };
      hub.host.accept({
        post: (sent) => port.got.push(sent),
        listen: (call) => {
          port.call = call;
        },
        close: () => undefined,
      });
      port.call(message);
      expect(port.got).toEqual([]);
      expect(hub.cores).toEqual([]);
    },
  );
});

describe("the pages' states", () => {
  const events = (): LifecycleEvent[] => hub.core.of('notify').map(({ event }) => event);

  it('are hidden when all are, and offline when one that is looked at says so', async () => {
    const [a, b] = [await hub.tab(), await hub.tab()];
    a.send({ kind: 'notify', event: 'hidden' });
    expect(events()).toEqual([]);
    a.send({ kind: 'notify', event: 'offline' });
    expect(events()).toEqual([]);
    b.send({ kind: 'notify', event: 'offline' });
    expect(events()).toEqual(['offline']);
    b.send({ kind: 'notify', event: 'online' });
    b.send({ kind: 'notify', event: 'hidden' });
    expect(events()).toEqual(['offline', 'online', 'hidden']);
    b.post({ leave: true });
    expect(events().slice(3)).toEqual(['offline']);
    a.send({ kind: 'notify', event: 'online' });
    a.send({ kind: 'notify', event: 'visible' });
    expect(events().slice(4)).toEqual(['online', 'visible']);
  });

  it('are online when one says so after another has said that it is offline, and has stopped', async () => {
    const [stopped, other] = [await hub.tab(), await hub.tab()];
    for (const tab of [other, stopped]) tab.send({ kind: 'notify', event: 'offline' });
    other.send({ kind: 'notify', event: 'online' });
    expect(events()).toEqual(['offline', 'online']);
  });

  it('that are put away or asleep are not those of the core', async () => {
    const [a] = [await hub.tab(), await hub.tab()];
    for (const event of ['pagehide', 'pageshow', 'freeze'] as const) a.send({ kind: 'notify', event });
    expect(events()).toEqual([]);
  });
});

it('a token without a subject is told from others by what it claims, and from none by its times', () => {
  const of = (claims: object): string =>
    ownerOf(`e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`, 'key').user;
  expect(of({ org: 1, exp: 1, iat: 2 })).toBe(of({ exp: 5, org: 1, jti: 'x' }));
  expect(of({ org: 1 })).not.toBe(of({ org: 2 }));
  expect(of({ sub: 'a', role: 'x' })).not.toBe(of({ sub: 'a', role: 'y' }));
  expect(ownerOf('key', 'key').user).toBe('');
  expect(ownerOf('opaque', 'key').user).not.toBe(ownerOf('other', 'key').user);
  expect(ownerOf(tokenOf('a'), 'key').user).toBe(ownerOf(tokenOf('a'), 'key').user);
});
