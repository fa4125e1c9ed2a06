import type { IncomingMessage, ServerResponse } from 'node:http';
import { constants, gzipSync } from 'node:zlib';

export interface Reply {
  status: number;
  /** Undefined for none. */
  body?: unknown;
  headers?: Record<string, string>;
}

const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, HEAD, POST, PATCH, DELETE, OPTIONS',
  'access-control-allow-headers': '*, authorization',
  'access-control-expose-headers': 'content-range',
  'access-control-max-age': '86400',
};

/** Shorter bodies fit into a packet as they are. */
const ZIPPED_FROM_BYTES = 1_400;

/** Compresses long bodies for clients that take that, as the gateway of a project does. */
export function respond(response: ServerResponse, { status, body, headers }: Reply): void {
  const text = Buffer.from(body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body));
  const takesGzip = /\bgzip\b/.test(response.req.headers['accept-encoding'] ?? '');
  const isZipped = takesGzip && text.length >= ZIPPED_FROM_BYTES;
  const bytes = isZipped ? gzipSync(text, { level: constants.Z_BEST_SPEED }) : text;
  response.writeHead(status, {
    ...CORS,
    ...(body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
    ...(isZipped ? { 'content-encoding': 'gzip' } : {}),
    vary: 'accept-encoding',
    'content-length': bytes.length,
    ...headers,
  });
  response.end(bytes);
}

const MAX_BODY_BYTES = 10_000_000;

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new Error('request body too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The body as JSON; undefined when it is empty or none. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const body = await readBody(request);
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(body.toString()) as unknown;
  } catch {
    return undefined;
  }
}
