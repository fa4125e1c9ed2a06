import { RealtimeClient, type WebSocketLikeConstructor } from 'switchboard-realtime-js';
import { createRealtimeManager } from 'switchboard-realtime';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

/** A socket that never opens by itself. */
class IdleSocket {
  static readonly made: IdleSocket[] = [];
  readyState = 0;
  onopen: (() => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  readonly closings: [code: number | undefined, reason: string | undefined][] = [];

  constructor(readonly url: string) {
    IdleSocket.made.push(this);
  }

  send(): void {
    // Never open.
  }

  close(code?: number, reason?: string): void {
    this.closings.push([code, reason]);
    this.readyState = 3;
    this.onclose?.({ code: code ?? 1005, reason: reason ?? '' });
  }
}

const transport = IdleSocket as unknown as WebSocketLikeConstructor;
const endpoint = 'wss://ref.supabase.co/realtime/v1';
const params = { apikey: 'anon' };

beforeEach(() => {
  IdleSocket.made.length = 0;
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('connect', () => {
  it('opens a socket at once, before the core is loaded', async () => {
    const client = new RealtimeClient(endpoint, { params, transport });
    client.connect();
    expect(IdleSocket.made.map(({ url }) => url)).toEqual([client.endpointURL()]);
    expect(client.isConnecting()).toBe(true);
    const [socket] = IdleSocket.made;
    if (socket !== undefined) socket.readyState = 1;
    expect(client.isConnected()).toBe(true);
    await client.disconnect(1000, 'bye');
    expect(socket?.closings).toEqual([[1000, 'bye']]);
    expect(client.connectionState()).toBe('closed');
  });

  it('closes that socket when no channel has used it for a time', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const client = new RealtimeClient(endpoint, { params, transport, disconnectOnEmptyChannelsAfterMs: 700 });
    client.connect();
    vi.advanceTimersByTime(700);
    expect(IdleSocket.made[0]?.closings).toEqual([[1000, undefined]]);
    await client.disconnect();
  });

  it('has ws in the place of http', async () => {
    const client = new RealtimeClient('https://ref.supabase.co/realtime/v1', { params, transport });
    client.connect();
    expect(IdleSocket.made[0]?.url).toMatch(/^wss:\/\/ref\.supabase\.co\/realtime\/v1\/websocket\?/);
    await client.disconnect();
  });

  it('throws when the class of sockets does, and may be called again', async () => {
    let isBroken = true;
    class Sometimes extends IdleSocket {
      constructor(url: string) {
        if (isBroken) throw new Error('not here');
        super(url);
      }
    }
    const client = new RealtimeClient(endpoint, {
      params,
      transport: Sometimes as unknown as WebSocketLikeConstructor,
    });
    expect(() => {
      client.connect();
    }).toThrow('WebSocket not available: not here');
    expect(client.connectionState()).toBe('closed');
    isBroken = false;
    client.connect();
    expect(client.isConnecting()).toBe(true);
    await client.disconnect();
  });
});

describe('the manager of the application with the same url and key', () => {
  const makeManager = () =>
    createRealtimeManager({ url: 'https://ref.supabase.co', apikey: 'anon', transport: IdleSocket });

  it('is used in a page', async () => {
    vi.stubGlobal('document', {});
    vi.stubGlobal('location', { protocol: 'https:' });
    const manager = makeManager();
    const client = new RealtimeClient(endpoint, { params, transport });
    client
      .channel('room')
      .on('postgres_changes', { event: '*', schema: 'public', table: 'bookings' }, () => undefined)
      .subscribe();
    expect(manager.status().subscriptions).toHaveLength(1);
    await client.removeAllChannels();
    expect(manager.status().subscriptions).toHaveLength(0);
    await manager.dispose();
  });

  it('is not used on a server, where it may be that of another user', async () => {
    const manager = makeManager();
    const client = new RealtimeClient(endpoint, { params, transport });
    client.channel('room').subscribe();
    expect(manager.status().channels).toEqual([]);
    await client.removeAllChannels();
    await manager.dispose();
  });

  it('is left when it is disposed of, for the next channel', async () => {
    vi.stubGlobal('document', {});
    vi.stubGlobal('location', { protocol: 'https:' });
    const manager = makeManager();
    const client = new RealtimeClient(endpoint, { params, transport });
    const channel = client.channel('room').subscribe();
    void channel.track({ name: 'Ann' });
    await manager.dispose();
    const statuses: string[] = [];
    client.channel('other').subscribe((status) => statuses.push(status));
    await new Promise((resolve) => setTimeout(resolve));
    expect(statuses).toEqual([]);
    expect(channel.state).toBe('closed');
    expect(await client.removeAllChannels()).toEqual(['ok']);
  });

  it('is not used once it was disposed of', async () => {
    vi.stubGlobal('document', {});
    vi.stubGlobal('location', { protocol: 'https:' });
    await makeManager().dispose();
    const client = new RealtimeClient(endpoint, { params, transport });
    expect(() => client.channel('room').subscribe()).not.toThrow();
    await client.removeAllChannels();
  });
});
