import {
  REALTIME_SUBSCRIBE_STATES,
  RealtimeClient,
  type RealtimeChannel,
  type RealtimeClientOptions,
} from 'switchboard-realtime-js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { ScriptedManager } from './support/scriptedManager.js';

let manager: ScriptedManager;
let client: RealtimeClient;

function makeClient(options: Partial<RealtimeClientOptions> = {}): RealtimeClient {
  return new RealtimeClient('wss://ref.supabase.co/realtime/v1', {
    params: { apikey: 'anon' },
    transport: function transport() {
      // Is never called.
    } as never,
    manager: manager.asManager,
    ...options,
  });
}

/** Subscribes, and keeps what the callback gets. */
function subscribe(channel: RealtimeChannel): string[] {
  const statuses: string[] = [];
  channel.subscribe((status, error) => {
    statuses.push(error === undefined ? status : `${status}: ${error.message}`);
  });
  return statuses;
}

/** Until what was queued as microtasks has run. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

const bookings = { event: '*', schema: 'public', table: 'bookings' } as const;
const nothing = (): void => undefined;

beforeEach(() => {
  manager = new ScriptedManager();
  client = makeClient();
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('what a channel has in the manager', () => {
  it('changes alone are subscriptions, each pooled with all others, and no channel of this name', () => {
    const channel = client.channel('any name');
    channel.on('postgres_changes', { ...bookings, event: 'INSERT', filter: 'id=gt.1', select: ['id'] }, nothing);
    channel.on('postgres_changes', { event: '*', schema: 'public' }, nothing);
    channel.subscribe();
    expect(manager.handles).toEqual([]);
    expect(manager.subscriptions.map(({ options }) => options)).toEqual([
      { schema: 'public', table: 'bookings', event: 'INSERT', filter: 'id=gt.1', select: ['id'] },
      { schema: 'public', table: '*', event: '*' },
    ]);
  });

  it('without changes it is a handle of the channel, with the options of the channel', () => {
    client.channel('plain').subscribe();
    expect(manager.handle).toMatchObject({
      name: 'plain',
      options: { private: false, self: false, presence: false },
    });
    const replay = { since: 5, limit: 2 };
    client
      .channel('rich', { config: { private: true, broadcast: { self: true, replay }, presence: { key: 'ann' } } })
      .subscribe();
    expect(manager.handle).toMatchObject({
      name: 'rich',
      options: { private: true, self: true, presence: { key: 'ann' }, replay },
    });
  });

  it('a listener for presence asks who is present', () => {
    client.channel('room').on('presence', { event: 'sync' }, nothing).subscribe();
    expect(manager.handle.options).toMatchObject({ presence: true });
  });

  it('what needs the channel beside changes opens it, at the latest at the first send', async () => {
    const listening = client.channel('listening').on('postgres_changes', bookings, nothing);
    listening.on('broadcast', { event: 'x' }, nothing).subscribe();
    expect(manager.handles).toHaveLength(1);
    const sending = client.channel('sending').on('postgres_changes', bookings, nothing);
    const statuses = subscribe(sending);
    manager.notice(1, 'SUBSCRIBED');
    expect(manager.handles).toHaveLength(1);
    expect(await sending.send({ type: 'broadcast', event: 'x', payload: 1 })).toBe('ok');
    expect(manager.handle.sent).toEqual([
      { event: 'x', payload: 1, settings: { ack: false, timeoutMs: 10_000, persist: false } },
    ]);
    manager.handle.become('live');
    expect(statuses).toEqual(['SUBSCRIBED']);
  });

  it('ends with the channel', async () => {
    const channel = client.channel('room').on('postgres_changes', bookings, nothing);
    channel.on('broadcast', { event: '*' }, nothing);
    const statuses = subscribe(channel);
    expect(await client.removeChannel(channel)).toBe('ok');
    expect(manager.handle.closed).toBe(true);
    expect(manager.subscriptions[0]?.ended).toBe(true);
    expect(statuses).toEqual(['CLOSED']);
    expect(channel.state).toBe('closed');
    expect(client.getChannels()).toEqual([]);
  });
});

describe('the status of a channel', () => {
  it('is SUBSCRIBED when everything flows, and again after an interruption', async () => {
    const channel = client.channel('room').on('postgres_changes', bookings, nothing);
    channel.on('broadcast', { event: '*' }, nothing);
    const statuses = subscribe(channel);
    expect(channel.state).toBe('joining');
    manager.handle.become('live');
    expect(statuses).toEqual([]);
    manager.notice(0, 'SUBSCRIBED');
    expect(statuses).toEqual(['SUBSCRIBED']);
    expect(channel.state).toBe('joined');
    manager.handle.become('retrying', 'CONNECTION_LOST', 'the connection was lost');
    manager.notice(0, 'CHANNEL_ERROR', 'the connection was lost');
    await settled();
    expect(statuses).toEqual(['SUBSCRIBED', 'CHANNEL_ERROR: the connection was lost']);
    expect(channel.state).toBe('errored');
    manager.notice(0, 'SUBSCRIBED');
    manager.handle.become('live');
    expect(statuses.slice(2)).toEqual(['SUBSCRIBED']);
  });

  it('is CHANNEL_ERROR when the connection is lost, and SUBSCRIBED again after it', async () => {
    const channel = client.channel('room').on('broadcast', { event: '*' }, nothing);
    const statuses = subscribe(channel);
    manager.handle.become('pending', 'CONNECTING', 'still connecting');
    manager.handle.become('live');
    manager.handle.become('pending', 'CONNECTION_LOST', 'the connection was lost');
    await settled();
    expect(channel.state).toBe('errored');
    manager.handle.become('joining');
    manager.handle.become('live');
    await settled();
    expect(statuses).toEqual(['SUBSCRIBED', 'CHANNEL_ERROR: the connection was lost', 'SUBSCRIBED']);
    expect(channel.state).toBe('joined');
  });

  it('is CHANNEL_ERROR when the server closes what the manager then joins again', async () => {
    const channel = client.channel('room').on('postgres_changes', bookings, nothing);
    const statuses = subscribe(channel);
    manager.notice(0, 'CLOSED', 'the server closed the channel');
    await settled();
    manager.notice(0, 'SUBSCRIBED');
    expect(statuses).toEqual(['CHANNEL_ERROR: the server closed the channel', 'SUBSCRIBED']);
    expect(client.getChannels()).toEqual([channel]);
  });

  it('is not an error while a handle that is opened late joins', async () => {
    const channel = client.channel('room').on('postgres_changes', bookings, nothing);
    const statuses = subscribe(channel);
    manager.notice(0, 'SUBSCRIBED');
    channel.on('broadcast', { event: '*' }, nothing);
    manager.handle.become('joining');
    manager.handle.become('live');
    await settled();
    expect(statuses).toEqual(['SUBSCRIBED']);
  });

  it('is CHANNEL_ERROR with the words of the server, and the channel stays in line for another try', async () => {
    const channel = client.channel('room', { config: { private: true } });
    const statuses = subscribe(channel);
    manager.handle.become('parked', 'UNAUTHORIZED', 'You do not have permissions to read from this Channel topic');
    await settled();
    expect(statuses).toEqual(['CHANNEL_ERROR: You do not have permissions to read from this Channel topic']);
    manager.handle.become('live');
    expect(statuses.slice(1)).toEqual(['SUBSCRIBED']);
  });

  it('is CHANNEL_ERROR when the manager refuses the call', async () => {
    manager.refusal = new Error('`filter` can not be read');
    const statuses = subscribe(client.channel('room').on('postgres_changes', bookings, nothing));
    await settled();
    expect(statuses).toEqual(['CHANNEL_ERROR: `filter` can not be read']);
  });

  it('is TIMED_OUT once the time is over', () => {
    vi.useFakeTimers();
    const channel = client.channel('room');
    const statuses: string[] = [];
    channel.subscribe((status) => statuses.push(status), 500);
    vi.advanceTimersByTime(499);
    expect(statuses).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(statuses).toEqual(['TIMED_OUT']);
    manager.handle.become('live');
    expect(statuses).toEqual(['TIMED_OUT', 'SUBSCRIBED']);
  });

  it('is TIMED_OUT later with changes, for which the database may have to wake up', () => {
    vi.useFakeTimers();
    const channel = client.channel('room').on('postgres_changes', bookings, nothing);
    const statuses: string[] = [];
    channel.subscribe((status) => statuses.push(status), 500);
    vi.advanceTimersByTime(24_999);
    expect(statuses).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(statuses).toEqual(['TIMED_OUT']);
  });

  it('is not TIMED_OUT by the time of a join that a disconnect ended', async () => {
    vi.useFakeTimers();
    const statuses = subscribe(client.channel('room'));
    await vi.advanceTimersByTimeAsync(9_000);
    await client.disconnect();
    client.connect();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(statuses).toEqual(['CHANNEL_ERROR: socket closed: 1000']);
  });

  it('is not followed by a system message where its callback ends the channel', () => {
    const system = vi.fn();
    const channel = client.channel('room').on('postgres_changes', bookings, nothing).on('system', {}, system);
    channel.subscribe(() => void channel.unsubscribe());
    manager.notice(0, 'SUBSCRIBED');
    expect([channel.state, system.mock.calls]).toEqual(['closed', []]);
  });

  it('is CLOSED when the application ends the manager', () => {
    const channel = client.channel('room');
    const statuses = subscribe(channel);
    void channel.track({ name: 'Ann' });
    manager.handle.become('closed', 'DISPOSED');
    expect(statuses).toEqual(['CLOSED']);
    expect(client.getChannels()).toEqual([]);
  });

  it('reaches the listeners for system messages', async () => {
    const messages: unknown[] = [];
    const channel = client.channel('room').on('postgres_changes', bookings, nothing);
    channel.on('system', {}, (message) => messages.push(message));
    channel.subscribe();
    manager.notice(0, 'SUBSCRIBED');
    manager.notice(0, 'CHANNEL_ERROR', 'Unable to subscribe');
    await settled();
    const common = { extension: 'postgres_changes', channel: 'room' };
    expect(messages).toEqual([
      { ...common, status: 'ok', message: 'Subscribed to PostgreSQL' },
      { ...common, status: 'error', message: 'Unable to subscribe' },
    ]);
  });
});

describe('a channel that was closed', () => {
  it('can be subscribed again, with its listeners', async () => {
    const channel = client.channel('room').on('postgres_changes', bookings, nothing);
    channel.subscribe();
    await channel.unsubscribe();
    const statuses = subscribe(channel);
    expect(client.getChannels()).toEqual([channel]);
    manager.notice(1, 'SUBSCRIBED');
    expect(statuses).toEqual(['SUBSCRIBED']);
  });

  it('throws instead with `resubscribe: false`', async () => {
    client = makeClient({ resubscribe: false });
    const channel = client.channel('room').subscribe();
    await channel.unsubscribe();
    expect(() => channel.subscribe()).toThrow('tried to join multiple times');
  });

  it('can be subscribed again before its removal is done', async () => {
    const channel = client.channel('room').subscribe();
    const removing = client.removeChannel(channel);
    const statuses = subscribe(channel);
    await removing;
    manager.handle.become('live');
    expect(statuses).toEqual(['SUBSCRIBED']);
  });

  it('may be removed in its own callback', () => {
    const channel = client.channel('room');
    const statuses: string[] = [];
    channel.subscribe((status) => {
      statuses.push(status);
      if (status === REALTIME_SUBSCRIBE_STATES.CLOSED) void client.removeChannel(channel);
    });
    void channel.unsubscribe();
    expect(statuses).toEqual(['CLOSED']);
  });
});

describe('changes', () => {
  it('reach the callback as an object of its own', () => {
    const seen: unknown[] = [];
    client
      .channel('room')
      .on('postgres_changes', bookings, (change) => seen.push(change))
      .subscribe();
    const change = {
      ...{ schema: 'public', table: 'bookings', commit_timestamp: '2026-01-01T00:00:00.000Z', errors: null },
      ...{ eventType: 'UPDATE' as const, new: { id: 1 }, old: { id: 1 } },
    };
    manager.subscriptions[0]?.onEvent(change);
    expect(seen).toEqual([change]);
    expect((seen[0] as typeof change).new).not.toBe(change.new);
  });

  it('are no TRUNCATE, which realtime-js does not know', () => {
    const seen: unknown[] = [];
    client
      .channel('room')
      .on('postgres_changes', bookings, (change) => seen.push(change))
      .subscribe();
    const place = { schema: 'public', table: 'bookings', commit_timestamp: '2026-01-01T00:00:00.000Z', errors: null };
    manager.subscriptions[0]?.onEvent({ ...place, eventType: 'TRUNCATE', new: {}, old: {}, number: 1, epoch: 'e' });
    expect(seen).toEqual([]);
  });

  it('stop with the channel', async () => {
    const seen: unknown[] = [];
    const channel = client.channel('room').on('postgres_changes', bookings, (change) => seen.push(change));
    channel.subscribe();
    await channel.unsubscribe();
    manager.subscriptions[0]?.onEvent({} as never);
    expect(seen).toEqual([]);
  });

  it('are listened to once for equal filters, and not after subscribe', () => {
    const log = vi.fn();
    client = makeClient({ logger: log });
    const channel = client.channel('room').on('postgres_changes', { ...bookings, filter: 'id=eq.1' }, nothing);
    channel.on('postgres_changes', { ...bookings, filter: { build: () => 'id=eq.1' } as never }, nothing);
    expect(channel.bindings['postgres_changes']).toHaveLength(1);
    expect(log.mock.calls[0]?.slice(0, 2)).toEqual([
      'error',
      'duplicate `postgres_changes` binding for realtime:room ignored',
    ]);
    channel.subscribe();
    expect(() => channel.on('postgres_changes', bookings, nothing)).toThrow(
      'cannot add `postgres_changes` callbacks for realtime:room after `subscribe()`.',
    );
  });
});

describe('broadcasts', () => {
  it('reach who listens to their event, whatever its case, and to all', () => {
    const seen: unknown[] = [];
    const channel = client.channel('room');
    channel.on('broadcast', { event: 'Cursor' }, (message) => seen.push(['Cursor', message]));
    channel.on('broadcast', { event: '*' }, (message) => seen.push(['*', message]));
    channel.subscribe();
    channel.on('broadcast', { event: 'late' }, (message) => seen.push(['late', message]));
    manager.handle.broadcast('cursor', { x: 1 });
    manager.handle.broadcast('late', null, { id: 'a', replayed: true });
    const cursor = { type: 'broadcast', event: 'cursor', payload: { x: 1 } };
    const late = { type: 'broadcast', event: 'late', payload: null, meta: { replayed: true, id: 'a' } };
    expect(seen).toEqual([
      ['Cursor', cursor],
      ['*', cursor],
      ['*', late],
      ['late', late],
    ]);
  });

  it('come as ArrayBuffer when they are bytes', () => {
    const seen: unknown[] = [];
    client
      .channel('room')
      .on('broadcast', { event: '*' }, ({ payload }) => seen.push(payload))
      .subscribe();
    manager.handle.broadcast('bytes', new Uint8Array([9, 1, 2, 9]).subarray(1, 3));
    expect(seen[0]).toBeInstanceOf(ArrayBuffer);
    expect([...new Uint8Array(seen[0] as ArrayBuffer)]).toEqual([1, 2]);
  });

  it('reach the other listeners when one throws', () => {
    const seen: unknown[] = [];
    const channel = client.channel('room');
    channel.on('broadcast', { event: '*' }, () => {
      throw new Error('mine');
    });
    channel.on('broadcast', { event: '*' }, ({ event }) => seen.push(event)).subscribe();
    expect(() => {
      manager.handle.broadcast('x', 1);
    }).toThrow('mine');
    expect(seen).toEqual(['x']);
  });
});
