/** Of PostgREST and PostgreSQL: what no further try will change. */
const STATES: Readonly<Record<string, { readonly state: string; readonly fix: string }>> = {
  PGRST202: { state: 'not_tracked', fix: 'run track.sql of this package in the database' },
  '42501': { state: 'refused', fix: 'run track.sql again, which lets anon and authenticated call the function' },
};
const MAX_LENGTH = 500;

type Fields = Readonly<Record<string, unknown>>;

/** What the call gave, or the `error` that supabase-js resolves with; null: none. */
export function unwrapped(returned: unknown): { value: unknown; error: unknown } {
  const isWrapped = isObject(returned) && 'data' in returned && 'error' in returned;
  return isWrapped ? { value: returned['data'], error: returned['error'] } : { value: returned, error: null };
}

/**
 * What the function returned, as JSON: whether that is an answer is for the core to say.
 *
 * @throws TypeError for what JSON can't have.
 */
export function textOf(value: unknown): string {
  // It is undefined for what JSON has no word for.
  const text: unknown = typeof value === 'string' ? value : JSON.stringify(value);
  return typeof text === 'string' ? text : '';
}

/** Why a call failed, for people. `text`: the answer that this amounts to; null: it may be tried again. */
export function failureOf(error: unknown): { text: string | null; message: string } {
  const message = messageOf(error).slice(0, MAX_LENGTH);
  const known = isObject(error) ? STATES[String(error['code'])] : undefined;
  if (known === undefined) return { text: null, message };
  const { state, fix } = known;
  return { text: JSON.stringify({ v: 1, state, reason: `${message}: ${fix}` }), message };
}

/** With what the network said: that of `fetch` is only "fetch failed". */
function messageOf(error: unknown): string {
  if (!isObject(error)) return String(error);
  const { message, code, cause, details } = error;
  // A promise that several addresses failed.
  if (Array.isArray(error['errors']) && error['errors'].length > 0) {
    return [...new Set(error['errors'].map(messageOf))].join('; ');
  }
  if (isObject(cause)) return messageOf(cause);
  // As supabase-js writes a cause.
  const written = /Caused by: (?:\w*Error: )?(.+)/u.exec(String(details))?.[1];
  const words = written ?? (typeof message === 'string' && message !== '' ? message : 'no reason given');
  return typeof code !== 'string' || code === '' || words.includes(code) ? words : `${words} (${code})`;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
