import { RealtimeClient, type RealtimeClientOptions } from 'switchboard-realtime-js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { ScriptedManager } from './support/scriptedManager.js';

let manager: ScriptedManager;
let client: RealtimeClient;

function makeClient(options: Partial<RealtimeClientOptions> = {}): RealtimeClient {
  return new RealtimeClient('wss://ref.supabase.co/realtime/v1', {
    params: { apikey: 'anon' },
    manager: manager.asManager,
    ...options,
  });
}

const nothing = (): void => undefined;

beforeEach(() => {
  manager = new ScriptedManager();
  client = makeClient();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('presence', () => {
  const metas = (...list: { phx_ref: string; name: string }[]): string => JSON.stringify(list);
  const ann = { phx_ref: '1', name: 'Ann' };

  it('gives joins, then leaves, then one sync, as realtime-js does', () => {
    const seen: unknown[] = [];
    const channel = client.channel('room').on('presence', { event: '*' }, (event) => seen.push(event));
    channel.subscribe();
    const { handle } = manager;
    handle.presence({ kind: 'join', key: 'ann', metas: metas(ann) });
    expect(seen).toEqual([
      { event: 'join', key: 'ann', currentPresences: [], newPresences: [{ presence_ref: '1', name: 'Ann' }] },
      { event: 'sync' },
    ]);
    expect(channel.presenceState()).toEqual({ ann: [{ presence_ref: '1', name: 'Ann' }] });
    seen.length = 0;
    handle.presence({ kind: 'update', key: 'ann', metas: metas({ phx_ref: '2', name: 'Anna' }) });
    const [before, now] = [
      { presence_ref: '1', name: 'Ann' },
      { presence_ref: '2', name: 'Anna' },
    ];
    expect(seen).toEqual([
      { event: 'join', key: 'ann', currentPresences: [before], newPresences: [now] },
      { event: 'leave', key: 'ann', currentPresences: [now], leftPresences: [before] },
      { event: 'sync' },
    ]);
    expect(channel.presenceState()).toEqual({ ann: [now] });
    seen.length = 0;
    handle.presence({ kind: 'leave', key: 'ann', metas: metas({ phx_ref: '2', name: 'Anna' }) });
    expect(seen).toEqual([
      { event: 'leave', key: 'ann', currentPresences: [], leftPresences: [now] },
      { event: 'sync' },
    ]);
    expect(channel.presenceState()).toEqual({});
  });

  it('keeps several connections of one key apart', () => {
    const channel = client.channel('room').on('presence', { event: 'leave' }, nothing);
    channel.subscribe();
    const second = { phx_ref: '2', name: 'Ann too' };
    manager.handle.presence({ kind: 'join', key: 'ann', metas: metas(ann, second) });
    manager.handle.presence({ kind: 'update', key: 'ann', metas: metas(second) });
    expect(channel.presenceState()).toEqual({ ann: [{ presence_ref: '2', name: 'Ann too' }] });
  });

  it('gives a sync for a state that changes nothing', () => {
    const sync = vi.fn();
    client.channel('room').on('presence', { event: 'sync' }, sync).subscribe();
    manager.handle.presence();
    expect(sync).toHaveBeenCalledTimes(1);
  });

  it('keys may be names of members of Object', () => {
    const channel = client.channel('room').on('presence', { event: 'sync' }, nothing);
    channel.subscribe();
    manager.handle.presence({ kind: 'join', key: '__proto__', metas: metas(ann) });
    expect(Object.keys(channel.presenceState())).toEqual(['__proto__']);
  });

  it('is the next state after a disconnect: who is missing has left', async () => {
    const seen: unknown[] = [];
    const channel = client.channel('room').on('presence', { event: '*' }, (event) => seen.push(event));
    channel.subscribe();
    const ben = { phx_ref: '2', name: 'Ben' };
    manager.handle.presence(
      { kind: 'join', key: 'ann', metas: metas(ann) },
      { kind: 'join', key: 'ben', metas: metas(ben) },
    );
    await client.disconnect();
    expect(Object.keys(channel.presenceState())).toEqual(['ann', 'ben']);
    client.connect();
    seen.length = 0;
    manager.handle.presence({ kind: 'join', key: 'ann', metas: metas(ann) });
    expect(seen).toEqual([
      { event: 'leave', key: 'ben', currentPresences: [], leftPresences: [{ presence_ref: '2', name: 'Ben' }] },
      { event: 'sync' },
    ]);
    manager.handle.presence({ kind: 'join', key: 'ben', metas: metas(ben) });
    expect(Object.keys(channel.presenceState())).toEqual(['ann', 'ben']);
  });

  it('track and untrack resolve when the channel is joined', async () => {
    const channel = client.channel('room').subscribe();
    const tracking = channel.track({ name: 'Ann' });
    manager.handle.become('live');
    expect(await tracking).toBe('ok');
    expect(await channel.untrack()).toBe('ok');
    expect(manager.handle.tracked).toEqual([{ name: 'Ann' }, null]);
  });

  it('ends at once with the channel', async () => {
    const channel = client.channel('room').subscribe();
    manager.handle.become('live');
    await channel.track({ name: 'Ann' });
    await client.removeChannel(channel);
    expect(manager.handle.tracked).toEqual([{ name: 'Ann' }, null]);
    const silent = client.channel('silent').subscribe();
    await client.removeChannel(silent);
    expect(manager.handle.tracked).toEqual([]);
  });

  it('track is refused before subscribe, and what is no object answered with error', async () => {
    const log = vi.fn();
    client = makeClient({ logger: log });
    const channel = client.channel('room');
    await expect(channel.track({})).rejects.toThrow(
      "tried to push 'presence' to 'realtime:room' before joining. Use channel.subscribe() before pushing events",
    );
    channel.subscribe();
    expect(await channel.track('Ann' as never)).toBe('error');
    expect(log).toHaveBeenCalledWith('channel', 'track takes an object', undefined);
  });

  it('track is timed out when the channel is not joined in time', async () => {
    vi.useFakeTimers();
    const tracking = client.channel('room').subscribe().track({}, { timeout: 300 });
    await vi.advanceTimersByTimeAsync(300);
    expect(await tracking).toBe('timed out');
  });
});
