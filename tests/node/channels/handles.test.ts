import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ChannelGap, ChannelStatus } from '../../../web/core/index.js';
import { Bench, broadcast, changeText, channelDelta, each, presence, turn } from '../support/scriptedEngine.js';

const nothing = (): void => undefined;
afterEach(() => {
  vi.useRealTimers();
});

describe('opening handles of channels', () => {
  it('returns at once and starts the engine, which gets all open handles when it opens', async () => {
    const bench = new Bench();
    const room = bench.manager.channel('room');
    const table = bench.manager.subscribe({ table: 'bookings' }, nothing);
    const other = bench.manager.channel('other', { private: true, self: true, presence: { key: 'ana' } });
    const gone = bench.manager.channel('gone');
    gone.close();
    expect([room.id, table, other.id]).toEqual([1, 2, 3]);
    expect([room.name, room.closed]).toEqual(['room', false]);
    const engine = await bench.open();
    expect(engine.commands).toEqual([
      'subscribe 2 {"schema":"public","table":"bookings","event":"*"}',
      'openChannel 1 {"name":"room"}',
      'openChannel 3 {"name":"other","private":true,"self":true,"presence":true,"presenceKey":"ana"}',
    ]);
  });

  it('hands an open engine each at once, and every handle its own', async () => {
    const bench = new Bench();
    void bench.manager.ready();
    const engine = await bench.open();
    const since = new Date(1_790_000_000_123);
    bench.manager.channel('room', { private: true, replay: { since, limit: 5 } });
    bench.manager.channel('room', { private: true, replay: { since: 1_790_000_000_123.7 } });
    expect(engine.commands).toEqual([
      'openChannel 1 {"name":"room","private":true,"replay":{"since":1790000000123,"limit":5}}',
      'openChannel 2 {"name":"room","private":true,"replay":{"since":1790000000123}}',
    ]);
  });

  it('has the presence key that it gives, or else the one that the core reports', async () => {
    const bench = new Bench();
    const [given, other] = [bench.manager.channel('a', { presence: { key: 'ana' } }), bench.manager.channel('b')];
    expect([given.status().presenceKey, other.status().presenceKey]).toEqual(['ana', null]);
    const engine = await bench.open();
    engine.status({ channels: [channelDelta(1), channelDelta(2, { presenceKey: 'made up' })] });
    expect([given.status().presenceKey, other.status().presenceKey]).toEqual(['ana', 'made up']);
  });

  it('replays what handles track and whether they watch presence to an engine that opens late', async () => {
    const bench = new Bench();
    const room = bench.manager.channel('room');
    room.track({ name: 'Ana' });
    room.track({ name: 'Ben' });
    room.onPresence(nothing);
    bench.manager.channel('quiet').track({ name: 'nobody' });
    bench.manager.channel('third').track({});
    const quiet = bench.manager.channel('fourth');
    quiet.track({ name: 'for a moment' });
    quiet.untrack();
    const engine = await bench.open();
    expect(engine.commands).toEqual([
      'openChannel 1 {"name":"room","presence":true}',
      'track 1 {"name":"Ben"}',
      'openChannel 2 {"name":"quiet"}',
      'track 2 {"name":"nobody"}',
      'openChannel 3 {"name":"third"}',
      'track 3 {}',
      'openChannel 4 {"name":"fourth"}',
    ]);
  });

  it('opens all again when the engine opens after failures', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    const bench = new Bench();
    const room = bench.manager.channel('room');
    const states: unknown[] = [];
    room.onStatus(({ state, code }) => states.push([state, code]));
    await bench.failToOpen('404');
    expect(states).toEqual([['retrying', 'LOAD_FAILED']]);
    expect(bench.manager.status()).toMatchObject({ overall: 'offline', channels: [{ id: 1, state: 'retrying' }] });
    vi.advanceTimersByTime(1_000);
    const engine = await bench.open();
    expect(engine.commands).toEqual(['openChannel 1 {"name":"room"}']);
  });

  it('watches presence from the first onPresence on, once', async () => {
    const bench = new Bench();
    const room = bench.manager.channel('room');
    const engine = await bench.open();
    room.onPresence(nothing)();
    room.onPresence(nothing);
    bench.manager.channel('with', { presence: true }).onPresence(nothing);
    expect(engine.commands.filter((command) => command.startsWith('watch'))).toEqual(['watchPresence 1']);
  });
});

describe('broadcasts', () => {
  it('reach the callbacks of their event and of *, parsed once, with what is known of the message', async () => {
    const bench = new Bench();
    const [one, two] = [bench.manager.channel('room'), bench.manager.channel('room')];
    const got: unknown[] = [];
    one.on('cursor', (payload, message) => got.push(['cursor', payload, message]));
    one.on('*', (payload, message) => got.push(['all', payload, message.event]));
    one.on('Cursor', () => got.push('another event'));
    two.on('cursor', (payload) => got.push(['two', payload]));
    const engine = await bench.open();
    engine.deliver(broadcast([1, 2], 'cursor', { x: 1 }), broadcast([1], 'note', null, { id: 'm1', replayed: true }));
    expect(got).toEqual([
      ['cursor', { x: 1 }, { event: 'cursor', replayed: false }],
      ['all', { x: 1 }, 'cursor'],
      ['two', { x: 1 }],
      ['all', null, 'note'],
    ]);
    const [first, , second] = got as [string, object][];
    expect(second?.[1]).toBe(first?.[1]);
  });

  it('bring the id and whether they are replayed', async () => {
    const bench = new Bench();
    const got: unknown[] = [];
    bench.manager.channel('room', { private: true }).on('note', (_, message) => got.push(message));
    const engine = await bench.open();
    engine.deliver(broadcast([1], 'note', 1, { id: 'm1', replayed: true }), broadcast([1], 'note', 1, { id: 'm2' }));
    expect(got).toEqual([
      { event: 'note', id: 'm1', replayed: true },
      { event: 'note', id: 'm2', replayed: false },
    ]);
  });

  it('bring bytes as bytes', async () => {
    const bench = new Bench();
    const got: unknown[] = [];
    bench.manager.channel('room').on('image', (payload) => got.push(payload));
    const engine = await bench.open();
    engine.deliver(broadcast([1], 'image', Uint8Array.of(1, 2, 255)));
    expect(got).toEqual([Uint8Array.of(1, 2, 255)]);
  });

  it('keep their order among changes of the database and presence', async () => {
    const bench = new Bench();
    const got: string[] = [];
    const id = bench.manager.subscribe({ table: 'bookings' }, () => got.push('change'));
    const room = bench.manager.channel('room', { presence: true });
    room.on('*', (_, { event }) => got.push(event));
    room.onPresence(({ joins }) => got.push(`join ${joins[0]?.key ?? ''}`));
    const engine = await bench.open();
    engine.deliver(
      broadcast([2], 'first', 1),
      each([id], changeText({ id: 1 })),
      presence([2], ['join', 'ana', {}]),
      broadcast([2], 'last', 1),
    );
    expect(got).toEqual(['first', 'change', 'join ana', 'last']);
  });

  it('are not lost on others when one callback throws, rejects or is removed meanwhile', async () => {
    const bench = new Bench();
    const room = bench.manager.channel('room');
    const got: string[] = [];
    room.on('note', () => {
      got.push('throws');
      removeThird();
      throw new Error('mine');
    });
    room.on('note', (): unknown => Promise.reject(new Error('later')));
    const removeThird = room.on('note', () => got.push('removed'));
    room.on('note', () => got.push('last'));
    bench.manager.channel('room').on('note', () => got.push('other handle'));
    const engine = await bench.open();
    engine.deliver(broadcast([1, 2], 'note', 1));
    await turn();
    expect(got).toEqual(['throws', 'last', 'other handle']);
    expect(bench.logged.map(({ level, message }) => [level, message])).toEqual([
      ['error', 'switchboard: a callback of handle 1 of the channel "room" threw'],
      ['error', 'switchboard: a callback of handle 1 of the channel "room" threw'],
    ]);
    expect(bench.manager.stats()).toMatchObject({ callbackErrors: 2, eventCalls: 4 });
  });

  it('that can not be read are logged, and the next comes', async () => {
    const bench = new Bench();
    const got: unknown[] = [];
    bench.manager.channel('room').on('*', (payload) => got.push(payload));
    const engine = await bench.open();
    engine.deliver({ ...broadcast([1], 'x', 1), payload: '{"a":' }, broadcast([1], 'x', 2));
    engine.deliver({ kind: 'presence', channels: [1], changes: [{ kind: 'join', key: 'k', metas: '[' }] });
    expect(got).toEqual([2]);
    expect(bench.logged.map(({ message }) => message)).toEqual([
      'switchboard: something that came for the channel "room" can\'t be read',
      'switchboard: something that came for the channel "room" can\'t be read',
    ]);
  });

  it('that come inside a call of the application wait until it is over', async () => {
    const bench = new Bench();
    void bench.manager.ready();
    const engine = await bench.open();
    engine.onCommand.set('openChannel', () => {
      engine.deliver(broadcast([1], 'hello', 1));
    });
    const got: unknown[] = [];
    const room = bench.manager.channel('room');
    room.on('hello', () => got.push(room.id));
    expect(got).toEqual([]);
    await turn();
    expect(got).toEqual([1]);
  });
});

describe('a closed handle', () => {
  it('is called no more, whoever closed it, and its name may be opened again', async () => {
    const bench = new Bench();
    const room = bench.manager.channel('room', { presence: true });
    const got: string[] = [];
    room.on('note', () => {
      got.push('note');
      room.close();
    });
    room.on('note', () => got.push('second'));
    room.on('*', () => got.push('all'));
    room.onPresence(() => got.push('presence'));
    room.onStatus(() => got.push('status'));
    room.onGap(() => got.push('gap'));
    const engine = await bench.open();
    engine.deliver(broadcast([1], 'note', 1), presence([1], ['join', 'ana', {}]));
    engine.control({
      status: { channels: [channelDelta(1)] },
      channelGaps: [{ channels: [1], code: 'CONNECTION_LOST', from: 1, to: 2, healed: false }],
    });
    room.close();
    expect(got).toEqual(['note']);
    expect(engine.commands.filter((command) => command.startsWith('close'))).toEqual(['closeChannel 1']);
    expect([room.closed, room.presence(), bench.manager.channel('room').id]).toEqual([true, [], 2]);
    expect(room.status()).toMatchObject({ id: 1, name: 'room', state: 'closed' });
  });

  it('refuses everything else by name', async () => {
    const bench = new Bench();
    const room = bench.manager.channel('room');
    room.close();
    const calls = {
      on: () => room.on('a', nothing),
      track: () => {
        room.track({});
      },
      untrack: () => {
        room.untrack();
      },
      onPresence: () => room.onPresence(nothing),
      onStatus: () => room.onStatus(nothing),
      onGap: () => room.onGap(nothing),
    };
    for (const call of Object.values(calls)) {
      expect(call).toThrow(expect.objectContaining({ name: 'SwitchboardError', code: 'CHANNEL_CLOSED' }) as Error);
    }
    await expect(room.send('a', 1)).rejects.toMatchObject({ code: 'CHANNEL_CLOSED', message: /open another/ });
  });

  it('is closed by its signal, also one that has fired before', async () => {
    const bench = new Bench();
    const controller = new AbortController();
    const room = bench.manager.channel('room', { signal: controller.signal });
    const engine = await bench.open();
    controller.abort();
    expect([room.closed, bench.manager.status().channels, engine.commands.at(-1)]).toEqual([
      true,
      [],
      'closeChannel 1',
    ]);
    const late = bench.manager.channel('late', { signal: controller.signal });
    expect([late.closed, late.status().state, engine.commands.at(-1)]).toEqual([true, 'closed', 'closeChannel 1']);
    expect(bench.manager.stats().channels).toBe(0);
  });

  it('lets go of its signal', () => {
    const { manager } = new Bench();
    const { signal } = new AbortController();
    const removed = vi.spyOn(signal, 'removeEventListener');
    manager.channel('room', { signal }).close();
    expect(removed).toHaveBeenCalledTimes(1);
  });

  it('is left of the manager when that is disposed of', async () => {
    const bench = new Bench();
    const room = bench.manager.channel('room');
    const got: unknown[] = [];
    room.on('*', () => got.push('broadcast'));
    room.onStatus(() => got.push('status'));
    const engine = await bench.open();
    const sent = room.send('a', 1, { ack: true });
    await bench.manager.dispose();
    engine.deliver(broadcast([1], 'note', 1));
    engine.control({ status: { channels: [channelDelta(1)] } });
    await expect(sent).rejects.toMatchObject({ code: 'CHANNEL_CLOSED' });
    expect([room.closed, got, bench.manager.status().channels]).toEqual([true, [], []]);
    expect(() => bench.manager.channel('room')).toThrow(expect.objectContaining({ code: 'DISPOSED' }) as Error);
    await expect(bench.manager.broadcast('room', 'a', {})).rejects.toMatchObject({ code: 'DISPOSED' });
  });

  it('stays when all subscriptions are ended', () => {
    const { manager } = new Bench();
    const room = manager.channel('room');
    manager.unsubscribeAll();
    expect([room.closed, manager.status().channels.length]).toEqual([false, 1]);
  });
});

describe('the state of handles', () => {
  it('is pending, then what the core says, in the snapshot and at the handle', async () => {
    const bench = new Bench();
    const seen: unknown[] = [];
    const room = bench.manager.channel('room', { private: true });
    room.onStatus((status) => seen.push(status));
    const first = room.status();
    expect(first).toMatchObject({ id: 1, name: 'room', private: true, state: 'pending', code: 'CONNECTING' });
    expect([bench.manager.status().overall, bench.manager.status().channels]).toEqual(['connecting', [first]]);
    const engine = await bench.open();
    engine.status({ overall: 'live', channels: [channelDelta(1)] });
    engine.status({ channels: [channelDelta(1)] });
    const live = room.status();
    expect(live).toMatchObject({ id: 1, name: 'room', private: true, state: 'live', code: 'OK' });
    expect([seen, room.status()]).toEqual([[live], live]);
    expect(room.status()).toBe(live);
    const { status } = { status: bench.manager.status() };
    expect(status.channels[0]).toBe(live);
    expect([Object.isFrozen(live), Object.isFrozen(status.channels), status.overall]).toEqual([true, true, 'live']);
  });

  it('is reported once for changes that come in one turn, as it is by then', async () => {
    const bench = new Bench();
    const room = bench.manager.channel('room');
    const seen: ChannelStatus[] = [];
    room.onStatus((status) => seen.push(status));
    const engine = await bench.open();
    const parked = channelDelta(1, { state: 'parked', code: 'UNAUTHORIZED', message: 'no policy', retryable: false });
    engine.control({ status: { channels: [channelDelta(1, { state: 'joining' }), parked] } });
    expect(seen.map(({ state, code }) => [state, code])).toEqual([['parked', 'UNAUTHORIZED']]);
  });

  it('counts in the verdict of the whole, also refused ones', async () => {
    const bench = new Bench();
    bench.manager.channel('room');
    const engine = await bench.open();
    engine.status({
      channels: [channelDelta(1, { state: 'parked', code: 'INVALID_OPTION', retryable: false })],
      refusedChannels: [1],
    });
    expect(bench.manager.status().overall).toBe('offline');
    bench.manager.channel('other');
    engine.status({ overall: 'live', channels: [channelDelta(2)] });
    expect(bench.manager.status().overall).toBe('partial');
  });

  it('is forgotten with the handle; late words of the core change nothing', async () => {
    const bench = new Bench();
    const room = bench.manager.channel('room');
    const engine = await bench.open();
    room.close();
    engine.status({ channels: [channelDelta(1)] });
    expect([bench.manager.status().channels, room.status().state]).toEqual([[], 'closed']);
  });

  it('makes a new snapshot for listeners of the manager', async () => {
    const bench = new Bench();
    const seen: number[] = [];
    bench.manager.onStatusChange(({ channels }) => seen.push(channels.length));
    const room = bench.manager.channel('room');
    await bench.open();
    room.close();
    await turn();
    expect(seen).toEqual([1, 0]);
  });
});

it('gaps reach the handles that they are of, as dates', async () => {
  const bench = new Bench();
  const gaps: ChannelGap[] = [];
  bench.manager.channel('room').onGap((gap) => gaps.push(gap));
  bench.manager.channel('other').onGap(() => gaps.push({} as ChannelGap));
  const engine = await bench.open();
  engine.control({ channelGaps: [{ channels: [1], code: 'CONNECTION_LOST', from: 1_000, to: 2_000, healed: true }] });
  expect(gaps).toEqual([{ from: new Date(1_000), to: new Date(2_000), code: 'CONNECTION_LOST', healed: true }]);
});
