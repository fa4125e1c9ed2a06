import type { RealtimeManager } from 'switchboard-realtime';
import type { RealtimeClientOptions } from '../api/options.js';
import { RealtimeClient } from './RealtimeClient.js';

/** What of a supabase-js client's realtime is read. */
interface ReplacedClient {
  endPoint: string;
  apiKey: string | null;
  accessToken: (() => Promise<string | null>) | null;
  accessTokenValue?: string | null;
  params?: { [key: string]: string } | undefined;
  getChannels(): readonly unknown[];
  disconnect(): unknown;
}

/** Options of {@link attach}: those of `RealtimeClient` that the client does not have already. */
export type AttachOptions = Omit<RealtimeClientOptions, 'params' | 'accessToken' | 'manager'> & {
  /** The manager to use. Default: the application's own for this url and key, else a new one. */
  manager?: RealtimeManager;
};

/**
 * Has a supabase-js client use Switchboard, where npm's `overrides` or a bundler's alias can't be used. Before its first channel.
 *
 * @returns what is `supabase.realtime` from now on.
 * @throws Error when the client has channels already.
 */
export function attach(supabase: object, options: AttachOptions = {}): RealtimeClient {
  const owner = supabase as { realtime: ReplacedClient };
  const { realtime } = owner;
  if (realtime.getChannels().length > 0) {
    throw new Error(
      'attach(supabase) comes too late: the client has channels already. Call it right after createClient.',
    );
  }
  const { apiKey, accessToken, params } = realtime;
  const client = new RealtimeClient(realtime.endPoint.replace(/\/websocket$/u, ''), {
    ...options,
    params: { ...params, apikey: apiKey ?? '' },
    ...(accessToken === null ? {} : { accessToken }),
  });
  client.accessTokenValue = realtime.accessTokenValue ?? null;
  void realtime.disconnect();
  owner.realtime = client;
  return client;
}
