import type { RpcCallback } from 'switchboard-realtime';

/** Calls functions of the database over the backend's REST interface. */
export function callsOver(url: string, apikey: string, token: () => Promise<string>): RpcCallback {
  return async (name, args, { signal }) => {
    const response = await fetch(`${url}/rest/v1/rpc/${name}`, {
      method: 'POST',
      headers: { apikey, authorization: `Bearer ${await token()}`, 'content-type': 'application/json' },
      body: JSON.stringify(args),
      signal,
    });
    const text = await response.text();
    if (response.ok) return text;
    throw Object.assign(new Error(text.slice(0, 200)), { code: codeOf(text) });
  };
}

function codeOf(text: string): unknown {
  try {
    return (JSON.parse(text) as { code?: unknown }).code;
  } catch {
    return undefined;
  }
}
