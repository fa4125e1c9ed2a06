import type { RpcCallback } from '../core/index.js';
import { realtimeEndpoint } from '../core/checks/endpoint.js';

/**
 * Calls functions of the database over the project's REST interface, and resolves with the text of the answer.
 *
 * @param url the project's, or its realtime endpoint.
 * @param token gives the access token, null for the api key's rights.
 */
export function restCalls(url: string, apikey: string, token: () => Promise<string | null>): RpcCallback {
  const base = realtimeEndpoint(url, null)
    .replace(/^ws/u, 'http')
    .replace(/\/realtime\/v1$/u, '');
  return async (name, args, { signal }) => {
    const bearer = (await token()) ?? apikey;
    const response = await fetch(`${base}/rest/v1/rpc/${name}`, {
      method: 'POST',
      headers: {
        ...{ apikey, 'content-type': 'application/json' },
        // A key of the new kind is no bearer.
        ...(bearer.startsWith('sb_') ? {} : { authorization: `Bearer ${bearer}` }),
      },
      body: JSON.stringify(args),
      signal,
    });
    const text = await response.text();
    if (response.ok) return text;
    throw refusal(response.status, text);
  };
}

/** With the code of PostgREST or PostgreSQL, if that is where it comes from. */
function refusal(status: number, text: string): Error {
  try {
    const { message, code } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    if (typeof message === 'string') return Object.assign(new Error(message), { code });
  } catch {
    // It comes from something in front of it.
  }
  return new Error(`HTTP ${status}`);
}
