import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

import { readTarget } from '../../http/target.js';
import { codecFor, type Codec } from '../wire/codec.js';
import type { Hub } from '../hub.js';
import { handshakeRefusal } from '../tokenMessages.js';

export interface Admission {
  codec: Codec;
  token: string;
}

/** A refused handshake: the HTTP answer, and whether it comes only after the server's delay. */
export interface Refusal {
  status: number;
  body: string;
  contentType: string;
  isDelayed: boolean;
}

const PATHS = new Set(['/realtime/v1/websocket', '/socket/websocket']);
const TENANT = 'realtime-dev';

export async function examine(hub: Hub, request: IncomingMessage): Promise<Admission | Refusal> {
  const url = readTarget(request.url);
  if (url === null || !PATHS.has(url.pathname)) {
    return { status: 404, body: 'Not Found', contentType: 'text/html; charset=utf-8', isDelayed: false };
  }
  const codec = codecFor(url.searchParams.get('vsn'));
  if (codec === null) return { status: 403, body: '', contentType: '', isDelayed: false };
  if (!isKnownTenant(request.headers.host ?? '')) return refusal(404, 'Tenant not found');
  const header = request.headers['x-api-key'];
  const key = typeof header === 'string' ? header : url.searchParams.get('apikey');
  if (key === null) return refusal(401, 'API key is missing');
  const verified = await hub.tokens.verify(key);
  if (!verified.ok) {
    const { status, message } = handshakeRefusal(verified.problem);
    return refusal(status, message);
  }
  if (hub.users >= hub.settings.limits.sockets) return refusal(429, 'Too many connected users');
  if (hub.rates.joins.isTripped) return refusal(429, 'Too many joins per second');
  return { codec, token: key };
}

export function isRefusal(result: Admission | Refusal): result is Refusal {
  return 'status' in result;
}

/** Writes the refusal and ends the connection. */
export function answerRefusal(stream: Duplex, { status, body, contentType }: Refusal): void {
  if (stream.destroyed) return;
  const lines = [
    `HTTP/1.1 ${status} ${REASONS[status] ?? 'Error'}`,
    'connection: close',
    ...(contentType === '' ? [] : [`content-type: ${contentType}`]),
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  stream.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

export function refusal(status: number, error: string): Refusal {
  return {
    status,
    body: JSON.stringify({ error }),
    contentType: 'application/json; charset=utf-8',
    isDelayed: true,
  };
}

const REASONS: Record<number, string> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** Real servers take the tenant from the host's first label. Here any host will do, but for other labels of `.localhost`. */
function isKnownTenant(host: string): boolean {
  const name = host.replace(/:\d+$/, '');
  return !name.endsWith('.localhost') || name === `${TENANT}.localhost`;
}
