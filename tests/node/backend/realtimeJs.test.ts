import {
  REALTIME_SUBSCRIBE_STATES,
  RealtimeClient,
  type RealtimeChannel,
  type WebSocketLikeConstructor,
} from '@supabase/realtime-js';
import WebSocket from 'ws';

import { describeScenario, type ScenarioClient, type ScenarioSpec } from '../scenarios/scenario.js';

interface SystemPayload {
  extension: string;
  status: string;
  message: string;
}

/** Resolves with the server's word on the database subscription of a channel that is not subscribed yet. */
function subscribed(channel: RealtimeChannel): Promise<void> {
  return new Promise((resolve, reject) => {
    channel.on('system', {}, ({ extension, status, message }: SystemPayload) => {
      if (extension !== 'postgres_changes') return;
      if (status === 'ok') resolve();
      else reject(new Error(message));
    });
    channel.subscribe((status, error) => {
      if (status === REALTIME_SUBSCRIBE_STATES.CHANNEL_ERROR) reject(error ?? new Error(status));
    });
  });
}

/** The official client as an adapter of the scenario: one channel for each subscription. */
class RealtimeJsClient implements ScenarioClient {
  readonly #client: RealtimeClient;
  #heartbeats: (() => void)[] = [];
  #count = 0;

  constructor(endpoint: string, apikey: string) {
    this.#client = new RealtimeClient(endpoint, {
      params: { apikey },
      transport: WebSocket as unknown as WebSocketLikeConstructor,
      heartbeatCallback: (status) => {
        if (status !== 'ok') return;
        for (const resolve of this.#heartbeats) resolve();
        this.#heartbeats = [];
      },
    });
  }

  async subscribe({ table, event = '*', filter }: ScenarioSpec, onChange: Parameters<ScenarioClient['subscribe']>[1]) {
    const channel = this.#client.channel(`changes-${this.#count++}`);
    const binding = { event: '*', schema: 'public', table, ...(filter === undefined ? {} : { filter }) } as const;
    channel.on('postgres_changes', { ...binding, event: event as '*' }, (payload) => {
      onChange({
        type: payload.eventType,
        table: payload.table,
        newRow: payload.new,
        oldRow: payload.old,
        commitTimestamp: payload.commit_timestamp,
      });
    });
    await subscribed(channel);
    return async () => {
      await channel.unsubscribe();
    };
  }

  setToken(token: string): Promise<void> {
    return this.#client.setAuth(token);
  }

  heartbeat(): Promise<void> {
    return new Promise((resolve) => {
      this.#heartbeats.push(resolve);
      // Not by a short interval: the client takes the connection for dead when an answer takes longer than that.
      void this.#client.sendHeartbeat();
    });
  }

  async broadcast(topic: string, onMessage: (payload: unknown) => void) {
    const channel = this.#client.channel(topic, { config: { broadcast: { self: true, ack: true } } });
    channel.on('broadcast', { event: 'note' }, ({ payload }: { payload?: unknown }) => {
      onMessage(payload);
    });
    await new Promise<void>((resolve) => {
      channel.subscribe((status) => {
        if (status === REALTIME_SUBSCRIBE_STATES.SUBSCRIBED) resolve();
      });
    });
    return async (payload: unknown) => {
      const status = await channel.send({ type: 'broadcast', event: 'note', payload });
      if (status !== 'ok') throw new Error(status);
    };
  }

  async close(): Promise<void> {
    await this.#client.removeAllChannels();
    await this.#client.disconnect();
  }
}

describeScenario({
  name: '@supabase/realtime-js',
  hasBroadcast: true,
  connect: ({ realtime, anonKey }) => new RealtimeJsClient(realtime, anonKey),
});
