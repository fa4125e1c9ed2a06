import { RealtimeClient, type RealtimeClientOptions } from 'switchboard-realtime-js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { ScriptedManager } from './support/scriptedManager.js';

let manager: ScriptedManager;

beforeEach(() => {
  manager = new ScriptedManager();
});

afterEach(() => {
  vi.useRealTimers();
});

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

describe('setAuth', () => {
  it('takes a token to the manager, and an equal one not again', async () => {
    const client = makeClient();
    const channel = client.channel('room').subscribe();
    await client.setAuth('one');
    await client.setAuth('one');
    expect(manager.tokens).toEqual(['one']);
    expect(client.accessTokenValue).toBe('one');
    expect(channel.joinPush.payload()).toMatchObject({ access_token: 'one', version: 'realtime-js/2.119.1' });
  });

  it('keeps a token that comes before the manager', async () => {
    const client = makeClient();
    await client.setAuth('early');
    client.channel('room').subscribe();
    expect(manager.tokens).toEqual(['early']);
  });

  it('asks the callback without a token', async () => {
    const client = makeClient({ accessToken: () => Promise.resolve('asked') });
    await client.setAuth();
    expect(client.accessTokenValue).toBe('asked');
  });

  it('keeps the last token when the callback fails, and logs why', async () => {
    const failure = new Error('offline');
    let answer: Promise<string | null> = Promise.resolve('first');
    const logger = vi.fn();
    const client = makeClient({ accessToken: () => answer, logger });
    await client.setAuth();
    answer = Promise.reject(failure);
    await client.setAuth();
    expect(client.accessTokenValue).toBe('first');
    expect(logger).toHaveBeenCalledWith('error', 'Error fetching access token from callback', failure);
  });

  it('drops the answer of a callback that began before a later call', async () => {
    const answers: ((token: string | null) => void)[] = [];
    const client = makeClient({ accessToken: () => new Promise((resolve) => answers.push(resolve)) });
    const stale = client.setAuth();
    await client.setAuth('explicit');
    answers[0]?.('stale');
    await stale;
    expect(client.accessTokenValue).toBe('explicit');
  });

  it('signs out with a callback that gives null', async () => {
    let token: string | null = 'user';
    const client = makeClient({ accessToken: () => Promise.resolve(token) });
    client.channel('room').subscribe();
    await client.setAuth();
    token = null;
    await client.setAuth();
    expect(manager.tokens).toEqual(['user', null]);
    expect(client.accessTokenValue).toBeNull();
  });
});

describe('disconnect', () => {
  it('closes the channels, and connect opens them again', async () => {
    const client = makeClient();
    const statuses: string[] = [];
    const channel = client.channel('room').subscribe((status, error) => {
      statuses.push(error === undefined ? status : `${status}: ${error.message}`);
    });
    manager.handle.become('live');
    expect(await client.disconnect(1000, 'bye')).toBe('ok');
    expect(statuses).toEqual(['SUBSCRIBED', 'CHANNEL_ERROR: socket closed: 1000 (bye)']);
    expect(channel.state).toBe('errored');
    expect(manager.handle.closed).toBe(true);
    client.connect();
    expect(manager.handles).toHaveLength(2);
    manager.handle.become('live');
    expect(statuses.slice(2)).toEqual(['SUBSCRIBED']);
  });

  it('leaves a manager of the application alone', async () => {
    const client = makeClient();
    client.channel('room').subscribe();
    await client.removeAllChannels();
    expect(manager.disposed).toBe(false);
  });

  it('comes some time after the last channel has ended, unless there is another', async () => {
    vi.useFakeTimers();
    const client = makeClient({ disconnectOnEmptyChannelsAfterMs: 200 });
    const disconnect = vi.spyOn(client, 'disconnect');
    await client.removeChannel(client.channel('a'));
    vi.advanceTimersByTime(199);
    const other = client.channel('b');
    vi.advanceTimersByTime(1_000);
    expect(disconnect).not.toHaveBeenCalled();
    await client.removeChannel(other);
    vi.advanceTimersByTime(200);
    expect(disconnect).toHaveBeenCalledTimes(1);
  });
});

describe('removeAllChannels', () => {
  it('does not hinder a channel that is subscribed before it is done', async () => {
    const client = makeClient();
    client.channel('a').subscribe();
    const removing = client.removeAllChannels();
    const statuses: string[] = [];
    client.channel('b').subscribe((status) => statuses.push(status));
    await removing;
    manager.connections.push({ state: 'open' });
    manager.handle.become('live');
    expect(statuses[statuses.length - 1]).toBe('SUBSCRIBED');
    expect(client.isConnected()).toBe(true);
  });

  it('ends all of them, each with its answer', async () => {
    const client = makeClient();
    for (const name of ['a', 'b', 'c']) client.channel(name).subscribe();
    expect(await client.removeAllChannels()).toEqual(['ok', 'ok', 'ok']);
    expect(client.getChannels()).toEqual([]);
    expect(manager.handles.map(({ closed }) => closed)).toEqual([true, true, true]);
  });
});

describe('removeChannel', () => {
  it('ends no other channel of the same topic', async () => {
    const client = makeClient();
    const first = client.channel('room').subscribe();
    await client.removeChannel(first);
    const second = client.channel('room').subscribe();
    await client.removeChannel(first);
    expect(client.getChannels()).toEqual([second]);
    expect(manager.handle.closed).toBe(false);
  });
});

describe('the option worker', () => {
  class FakeWorker {
    static readonly made: FakeWorker[] = [];
    readonly sent: unknown[] = [];
    terminated = false;
    onmessage: ((event: { data: unknown }) => void) | null = null;
    onerror: ((event: { message: string }) => void) | null = null;

    constructor(readonly url: string) {
      FakeWorker.made.push(this);
    }

    postMessage(message: unknown): void {
      this.sent.push(message);
    }

    terminate(): void {
      this.terminated = true;
    }
  }

  beforeEach(() => {
    FakeWorker.made.length = 0;
    vi.stubGlobal('Worker', FakeWorker);
  });

  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('has a worker say when a heartbeat is due, which asks for a token, until the client disconnects', async () => {
    const accessToken = vi.fn(() => Promise.resolve('token'));
    const client = makeClient({ worker: true, workerUrl: '/beat.js', heartbeatIntervalMs: 5_000, accessToken });
    client.connect();
    const [worker] = FakeWorker.made;
    expect(worker?.url).toBe('/beat.js');
    expect(worker?.sent).toEqual([{ event: 'start', interval: 5_000 }]);
    const asked = accessToken.mock.calls.length;
    worker?.onmessage?.({ data: { event: 'keepAlive' } });
    expect(accessToken.mock.calls.length).toBe(asked + 1);
    await client.disconnect();
    expect(worker?.terminated).toBe(true);
    expect(client.workerRef).toBeUndefined();
  });

  it('makes the address of its own script once, however often the client connects', async () => {
    const make = vi.spyOn(URL, 'createObjectURL');
    for (let n = 0; n < 3; n += 1) {
      const client = makeClient({ worker: true });
      client.connect();
      await client.disconnect();
    }
    const urls = new Set(FakeWorker.made.map(({ url }) => url));
    expect([FakeWorker.made.length, urls.size]).toEqual([3, 1]);
    expect(make.mock.calls.length).toBeLessThanOrEqual(1);
    make.mockRestore();
  });

  it('disconnects when the script fails', () => {
    const client = makeClient({ worker: true, workerUrl: '/beat.js' });
    client.connect();
    FakeWorker.made[0]?.onerror?.({ message: 'not found' });
    expect(FakeWorker.made[0]?.terminated).toBe(true);
    expect(client.isConnecting()).toBe(false);
  });
});

describe('connectionState', () => {
  it('follows the connections of the manager', async () => {
    const client = makeClient();
    expect(client.connectionState()).toBe('closed');
    client.channel('room').subscribe();
    expect(client.isConnecting()).toBe(true);
    manager.connections.push({ state: 'open' });
    expect(client.isConnected()).toBe(true);
    await client.disconnect();
    expect(client.connectionState()).toBe('closed');
  });
});
