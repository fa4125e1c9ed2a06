import type { AccessTokenCallback, SupabaseClientLike } from '../api/options.js';
import { SwitchboardError } from '../api/errors.js';
import type { RpcCallback } from '../api/tables.js';
import { signedOutToken } from './tokenSource.js';

/** What a supabase-js client gives. */
export interface SupabaseSource {
  url: string;
  apikey: string;
  accessToken: AccessTokenCallback | null;
  /** Reports every new token, and what takes its place after a sign-out. Returns the way to stop. */
  watch: (onToken: (token: string) => void) => () => void;
  /** Null: the client can't. */
  rpc: RpcCallback | null;
}

/**
 * Reads url, key and token source from a supabase-js client. Nothing is started or listened to before `watch`.
 *
 * @throws SwitchboardError when it is no such client.
 */
export function readSupabaseClient(client: SupabaseClientLike): SupabaseSource {
  const realtime = (client as Partial<SupabaseClientLike> | null)?.realtime;
  if (typeof realtime?.endPoint !== 'string' || typeof realtime.apiKey !== 'string') {
    throw new SwitchboardError(
      'INVALID_OPTION',
      'supabase',
      '`supabase` is not a supabase-js client (2.46 or later): pass what createClient(…) returned, or give `url` and `apikey`.',
    );
  }
  const { apiKey } = realtime;
  return {
    url: realtime.endPoint.replace(/\/websocket$/u, ''),
    apikey: apiKey,
    // Read at each call: supabase-js may replace it.
    accessToken: realtime.accessToken === null ? null : () => realtime.accessToken?.() ?? null,
    watch: (onToken) => watchAuth(client, apiKey, onToken),
    rpc: typeof client.rpc === 'function' ? (name, args, { signal }) => callRpc(client, name, args, signal) : null,
  };
}

function watchAuth(client: SupabaseClientLike, apikey: string, onToken: (token: string) => void): () => void {
  try {
    const change = client.auth?.onAuthStateChange((_event, session) => {
      // A session without a token is no sign-out.
      if (session?.access_token === '') return;
      onToken(session?.access_token ?? signedOutToken(apikey));
    });
    return () => {
      change?.data.subscription.unsubscribe();
    };
  } catch {
    // A client made with its `accessToken` option has no usable `auth`; the callback is its only source then.
    return () => undefined;
  }
}

/** What of a client is used here; its types know only the functions of the application. */
interface Caller {
  rpc(name: string, args: object): { abortSignal(signal: AbortSignal): PromiseLike<unknown> };
  schema?(name: string): Caller;
}

/** In the schema `public`, whatever the client's own is. */
function callRpc(client: SupabaseClientLike, name: string, args: object, signal: AbortSignal): PromiseLike<unknown> {
  const caller = client as Caller;
  return (caller.schema?.('public') ?? caller).rpc(name, args).abortSignal(signal);
}
