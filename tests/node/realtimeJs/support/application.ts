/**
 * An application as the documentation of supabase-js shows them. It is never run: it must compile with the types of realtime-js, and with those of
 * the drop-in in their place.
 */
import {
  createClient,
  postgresChangesFilter,
  RealtimeClient,
  REALTIME_CHANNEL_STATES,
  REALTIME_LISTEN_TYPES,
  REALTIME_POSTGRES_CHANGES_LISTEN_EVENT,
  REALTIME_PRESENCE_LISTEN_EVENTS,
  REALTIME_SUBSCRIBE_STATES,
  type RealtimeChannel,
  type RealtimeChannelOptions,
  type RealtimeChannelSendResponse,
  type RealtimeClientOptions,
  type RealtimePostgresChangesPayload,
  type RealtimePostgresDeletePayload,
  type RealtimePostgresInsertPayload,
  type RealtimePostgresUpdatePayload,
  type RealtimePresenceState,
  type RealtimeRemoveChannelResponse,
  type SupabaseClient,
} from '@supabase/supabase-js';

type Todo = { id: number; task: string; done: boolean };
type Database = {
  public: {
    Tables: { todos: { Row: Todo; Insert: { task: string }; Update: { done?: boolean }; Relationships: [] } };
    Views: Record<string, never>;
    Functions: Record<string, never>;
  };
};

const realtime: RealtimeClientOptions = {
  params: { eventsPerSecond: 10 },
  timeout: 20_000,
  heartbeatIntervalMs: 15_000,
  heartbeatCallback: (status, latency) => {
    console.log(status, latency);
  },
  worker: true,
  logLevel: 'info',
  logger: (kind, message, data) => {
    console.log(kind, message, data);
  },
  reconnectAfterMs: (tries) => tries * 1_000,
  accessToken: () => Promise.resolve(null),
};

export const supabase: SupabaseClient<Database> = createClient<Database>('https://ref.supabase.co', 'anon', {
  realtime,
});

export function changes(): RealtimeChannel {
  return supabase
    .channel('schema-db-changes')
    .on<Todo>('postgres_changes', { event: 'INSERT', schema: 'public', table: 'todos' }, (payload) => {
      const inserted: RealtimePostgresInsertPayload<Todo> = payload;
      console.log(inserted.new.task, payload.commit_timestamp);
    })
    .on<Todo>(
      'postgres_changes',
      { event: 'UPDATE', schema: 'public', table: 'todos', filter: 'id=eq.1' },
      (payload) => {
        const updated: RealtimePostgresUpdatePayload<Todo> = payload;
        console.log(updated.new.done, updated.old.done);
      },
    )
    .on<Todo>('postgres_changes', { event: 'DELETE', schema: 'public' }, (payload) => {
      const removed: RealtimePostgresDeletePayload<Todo> = payload;
      console.log(removed.old.id);
    })
    .on(
      'postgres_changes',
      { event: '*', schema: 'public', table: 'todos', filter: postgresChangesFilter().eq('id', 1), select: ['id'] },
      (payload: RealtimePostgresChangesPayload<Todo>) => {
        if (payload.eventType === 'INSERT') console.log(payload.new.id);
      },
    )
    .on(
      REALTIME_LISTEN_TYPES.POSTGRES_CHANGES,
      { event: REALTIME_POSTGRES_CHANGES_LISTEN_EVENT.ALL, schema: 'public' },
      (payload) => {
        console.log(payload.eventType);
      },
    )
    .subscribe((status, error) => {
      // As the documentation writes it.
      // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-comparison
      if (status === 'SUBSCRIBED') console.log('Connected!');
      if (status === REALTIME_SUBSCRIBE_STATES.CHANNEL_ERROR) console.error(error?.message);
    });
}

export async function room(): Promise<RealtimeRemoveChannelResponse> {
  const options: RealtimeChannelOptions = {
    config: {
      broadcast: { self: true, ack: true, replay: { since: Date.now() - 60_000, limit: 10 } },
      presence: { key: 'user-1' },
      private: true,
    },
  };
  const channel: RealtimeChannel = supabase.channel('room-1', options);
  channel
    .on('broadcast', { event: 'cursor-pos' }, (payload) => {
      console.log(payload['payload'], payload.meta?.replayed);
    })
    .on<{ x: number }>('broadcast', { event: 'shout' }, ({ payload }) => {
      console.log(payload.x);
    })
    .on('presence', { event: 'sync' }, () => {
      const state: RealtimePresenceState<{ name: string }> = channel.presenceState<{ name: string }>();
      console.log(Object.values(state).map(([first]) => [first?.presence_ref, first?.name]));
    })
    .on<{ name: string }>('presence', { event: 'join' }, ({ key, newPresences, currentPresences }) => {
      console.log(key, newPresences[0]?.name, currentPresences.length);
    })
    .on<{ name: string }>('presence', { event: REALTIME_PRESENCE_LISTEN_EVENTS.LEAVE }, ({ key, leftPresences }) => {
      console.log(key, leftPresences[0]?.presence_ref);
    })
    .on('system', {}, (payload: { status: string }) => {
      console.log(payload.status);
    })
    .subscribe();
  const sent: RealtimeChannelSendResponse = await channel.send({
    type: 'broadcast',
    event: 'shout',
    payload: { x: 1 },
  });
  const tracked = await channel.track({ name: 'Ann', online_at: new Date().toISOString() });
  await channel.untrack();
  const posted = await channel.httpSend('shout', { x: 2 }, { timeout: 1_000 });
  if (sent !== 'ok' || tracked === 'timed out' || !posted.success) console.log(channel.state, channel.topic);
  if (channel.state === REALTIME_CHANNEL_STATES.joined) await channel.unsubscribe();
  return supabase.removeChannel(channel);
}

export async function leaveAll(): Promise<void> {
  const open: RealtimeChannel[] = supabase.getChannels();
  const results: ('ok' | 'timed out' | 'error')[] | string[] = await supabase.removeAllChannels();
  await supabase.realtime.setAuth('token');
  await supabase.realtime.setAuth();
  supabase.realtime.disconnect().catch(console.error);
  console.log(open.length, results.length, supabase.realtime.isConnected());
}

export const standalone = new RealtimeClient('wss://ref.supabase.co/realtime/v1', { params: { apikey: 'anon' } });
