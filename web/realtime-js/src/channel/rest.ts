import type { RealtimeBroadcastPersist } from '../api/options.js';

/** Where and as whom broadcasts are sent over HTTP. */
export interface RestSender {
  readonly fetch: typeof fetch;
  readonly apiKey: string | null;
  readonly accessTokenValue: string | null;
}

export interface RestTarget {
  /** See {@link broadcastUrl}. */
  url: string;
  /** Without `realtime:`. */
  topic: string;
  private: boolean;
  /** In ms. */
  timeout: number;
}

/** As a part of a path these name another folder, however they are written. */
const DOTS = /^\.\.?$/u;
const SERVER_TOO_OLD =
  'httpSend() requires Realtime server v2.97.0 or newer; the endpoint returned 404. ' +
  'Update the Supabase CLI, or the Realtime server where you host it yourself.';

/** The address of the endpoint for broadcasts, by the socket's. Keeps the query. */
export function broadcastUrl(socketUrl: string): string {
  const url = new URL(socketUrl);
  url.protocol = url.protocol.replace(/^ws/iu, 'http');
  const path = url.pathname.replace(/\/+$/u, '').replace(/\/(?:socket\/websocket|socket|websocket)$/iu, '');
  url.pathname = `${path}/api/broadcast`;
  return url.href;
}

/**
 * Sends one broadcast to the endpoint for single events.
 *
 * @returns rejects with an Error that has the server's words.
 */
export async function sendEvent(
  sender: RestSender,
  target: RestTarget,
  event: string,
  payload: unknown,
  persist: RealtimeBroadcastPersist = false,
): Promise<{ success: true }> {
  if (DOTS.test(target.topic) || DOTS.test(event)) return sendUnfit(sender, target, event, payload, persist);
  const isBinary = isBytes(payload);
  const body = isBinary ? payload : JSON.stringify(payload);
  const contentType = isBinary ? 'application/octet-stream' : 'application/json';
  const response = await post(sender, eventUrl(target, event, persist), contentType, body, target.timeout);
  if (response.status === 202) return { success: true };
  throw new Error(response.status === 404 ? SERVER_TOO_OLD : await serversWords(response));
}

/** What the endpoint for single events can't be asked goes to the one for several, which takes JSON only. */
async function sendUnfit(
  sender: RestSender,
  target: RestTarget,
  event: string,
  payload: unknown,
  persist: RealtimeBroadcastPersist,
): Promise<{ success: true }> {
  if (isBytes(payload) || persist !== false) {
    throw new Error(
      'Over HTTP a topic or event of the name "." or ".." takes JSON without `persist` only: use send().',
    );
  }
  const response = await postSeveral(sender, target, event, payload);
  if (!response.ok) throw new Error(await serversWords(response));
  await response.body?.cancel();
  return { success: true };
}

/** Sends one broadcast to the endpoint for several, or bytes to that for single events. Does not reject. */
export async function sendMessage(
  sender: RestSender,
  target: RestTarget,
  event: string,
  payload: unknown,
): Promise<'ok' | 'timed out' | 'error'> {
  try {
    if (isBytes(payload)) {
      await sendEvent(sender, target, event, payload);
      return 'ok';
    }
    const response = await postSeveral(sender, target, event, payload);
    await response.body?.cancel();
    return response.ok ? 'ok' : 'error';
  } catch (error) {
    return error instanceof Error && error.name === 'AbortError' ? 'timed out' : 'error';
  }
}

function postSeveral(sender: RestSender, target: RestTarget, event: string, payload: unknown): Promise<Response> {
  const body = JSON.stringify({ messages: [{ topic: target.topic, event, payload, private: target.private }] });
  return post(sender, target.url, 'application/json', body, target.timeout);
}

function isBytes(payload: unknown): payload is ArrayBuffer | ArrayBufferView<ArrayBuffer> {
  return payload instanceof ArrayBuffer || ArrayBuffer.isView(payload);
}

function eventUrl(target: RestTarget, event: string, persist: RealtimeBroadcastPersist): string {
  const url = new URL(target.url);
  url.pathname += `/${encodeURIComponent(target.topic)}/events/${encodeURIComponent(event)}`;
  if (target.private) url.searchParams.set('private', 'true');
  const ttl = typeof persist === 'object' ? persist.ttl : undefined;
  if (ttl !== undefined) url.searchParams.set('persist[ttl]', String(ttl));
  else if (persist !== false) url.searchParams.set('persist', 'true');
  return url.href;
}

async function post(
  sender: RestSender,
  url: string,
  contentType: string,
  body: string | ArrayBuffer | ArrayBufferView<ArrayBuffer>,
  timeout: number,
): Promise<Response> {
  const headers: Record<string, string> = { apikey: sender.apiKey ?? '', 'Content-Type': contentType };
  if (sender.accessTokenValue !== null) headers['Authorization'] = `Bearer ${sender.accessTokenValue}`;
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort();
  }, timeout);
  try {
    return await sender.fetch(url, { method: 'POST', headers, body, signal: controller.signal });
  } finally {
    clearTimeout(timer);
  }
}

async function serversWords(response: Response): Promise<string> {
  try {
    const { error, message } = (await response.json()) as { error?: unknown; message?: unknown };
    if (typeof error === 'string') return error;
    if (typeof message === 'string') return message;
  } catch {
    // Not JSON.
  }
  return response.statusText;
}
