import {
  RealtimeClient,
  REALTIME_SUBSCRIBE_STATES,
  type RealtimeChannel,
  type RealtimeChannelOptions,
  type WebSocketLikeConstructor,
} from '@supabase/realtime-js';
import type { Backend } from 'switchboard-backend';
import WebSocket from 'ws';

/** Whether the drop-in is in the place of realtime-js (the project `drop-in`): where it differs, tests say how. */
export const isDropIn = process.env['DROP_IN'] === '1';

export interface ReceivedBroadcast {
  event: string;
  payload?: unknown;
  meta?: Record<string, unknown>;
}

export interface SystemNotice {
  extension: string;
  status: string;
  message: string;
}

/** What a channel of the official client has received, each kind in order. */
export interface Received {
  readonly broadcasts: ReceivedBroadcast[];
  readonly notices: SystemNotice[];
}

/** `@supabase/realtime-js` with one channel per call, for tests of what it sends and understands. */
export class OfficialClient {
  readonly client: RealtimeClient;
  readonly #received = new Map<RealtimeChannel, Received>();
  #waiting: (() => void)[] = [];

  private constructor(client: RealtimeClient) {
    this.client = client;
  }

  /** `token` is the access token; without one the anon key counts. */
  static async connect(backend: Backend, token?: string): Promise<OfficialClient> {
    const client = new RealtimeClient(backend.realtime, {
      params: { apikey: backend.anonKey },
      transport: WebSocket as unknown as WebSocketLikeConstructor,
    });
    if (token !== undefined) await client.setAuth(token);
    return new OfficialClient(client);
  }

  /** Joins, and resolves when the server has answered. Rejects with the client's error. */
  async join(
    topic: string,
    config: RealtimeChannelOptions['config'] = {},
    prepare: (channel: RealtimeChannel) => void = () => undefined,
  ): Promise<RealtimeChannel> {
    const channel = this.client.channel(topic, { config });
    const received: Received = { broadcasts: [], notices: [] };
    this.#received.set(channel, received);
    channel.on('broadcast', { event: '*' }, (message) => {
      received.broadcasts.push(message);
      this.wake();
    });
    channel.on('system', {}, (notice: SystemNotice) => {
      received.notices.push(notice);
      this.wake();
    });
    prepare(channel);
    await new Promise<void>((resolve, reject) => {
      channel.subscribe((status, error) => {
        if (status === REALTIME_SUBSCRIBE_STATES.SUBSCRIBED) resolve();
        else reject(error ?? new Error(status));
      });
    });
    return channel;
  }

  /** Everything that the channel has received so far. */
  received(channel: RealtimeChannel): Received {
    const received = this.#received.get(channel);
    if (received === undefined) throw new Error(`${channel.topic} was not joined here`);
    return received;
  }

  /** Resolves with the channel's broadcasts when there are as many. */
  async broadcasts(channel: RealtimeChannel, count: number): Promise<readonly ReceivedBroadcast[]> {
    const { broadcasts } = this.received(channel);
    await this.until(() => broadcasts.length >= count);
    return broadcasts;
  }

  /** Resolves when the test holds, which is looked at whenever something has been received. */
  async until(test: () => boolean): Promise<void> {
    while (!test()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** For callbacks of presence: lets `until` look again. */
  readonly wake = (): void => {
    for (const resolve of this.#waiting.splice(0)) resolve();
  };

  async close(): Promise<void> {
    await this.client.removeAllChannels();
    await this.client.disconnect();
  }
}
