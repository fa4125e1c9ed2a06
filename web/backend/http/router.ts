import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';

import type { Pool } from 'pg';

import type { Faults } from '../faults/faults.js';
import type { Lab } from '../lab/lab.js';
import { messageOf } from '../log.js';
import type { Hub } from '../realtime/hub.js';
import { isObject } from '../realtime/wire/termJson.js';
import { RestApi } from '../rest/api.js';
import type { Verification } from '../tokens.js';
import { broadcastBatch, broadcastSingle } from './broadcastRoutes.js';
import { handleFault } from './faultRoutes.js';
import { refuseForeign } from './localOnly.js';
import { readBody, readJson, respond, type Reply } from './respond.js';
import { readTarget } from './target.js';

const BAD_REQUEST: Reply = { status: 400, body: { message: 'Bad Request' } };
const NOT_FOUND: Reply = { status: 404, body: { message: 'Not Found' } };
const SINGLE_BROADCAST = /^\/api\/broadcast\/([^/]+)\/events\/([^/]+)$/;

/** Everything the server answers over plain HTTP. */
export class Router {
  readonly #pool: Pool;
  readonly #hub: Hub;
  faults: Faults | null = null;
  /** Null: there is none. */
  lab: Lab | null = null;
  readonly #rest: RestApi;

  constructor(pool: Pool, hub: Hub) {
    this.#pool = pool;
    this.#hub = hub;
    this.#rest = new RestApi(pool);
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    this.#route(request)
      .catch((error: unknown): Reply => {
        // A path with a percent sign that is no escape.
        if (error instanceof URIError) return BAD_REQUEST;
        this.#hub.settings.log('error', `${request.method ?? ''} ${request.url ?? ''}: ${messageOf(error)}`);
        return { status: 500, body: { message: messageOf(error) } };
      })
      .then((reply) => {
        respond(response, reply);
      })
      .catch(() => {
        response.destroy();
      });
  }

  async #route(request: IncomingMessage): Promise<Reply> {
    if (request.method === 'OPTIONS') return { status: 204 };
    const url = readTarget(request.url);
    if (url === null) return BAD_REQUEST;
    const path = url.pathname.replace(/^\/realtime\/v1(?=\/api\/)/, '');
    if (path === '/health') return this.#health();
    if (/^\/(faults|lab)(\/|$)/.test(path)) return this.#switches(request, path);
    if (path.startsWith('/rest/v1/rpc/'))
      return this.#function(request, url, decodeURIComponent(path.slice('/rest/v1/rpc/'.length)));
    if (path.startsWith('/rest/v1/'))
      return this.#table(request, url, decodeURIComponent(path.slice('/rest/v1/'.length)));
    if (path.startsWith('/api/broadcast')) return this.#broadcast(request, url, path);
    return NOT_FOUND;
  }

  /** The fault switches and the lab, which ask for no key. */
  async #switches(request: IncomingMessage, path: string): Promise<Reply> {
    const refusal = refuseForeign(request.headers);
    if (refusal !== null) return { status: 403, body: { error: refusal } };
    if (path === '/faults') return { status: 200, body: this.#hub.stats() };
    if (path.startsWith('/faults/')) return this.#fault(request, path.slice('/faults/'.length));
    if (this.lab === null || !path.startsWith('/lab/')) return NOT_FOUND;
    return this.lab.handle(request.method ?? 'GET', path.slice('/lab/'.length), await readJson(request));
  }

  async #health(): Promise<Reply> {
    try {
      await this.#pool.query('select 1');
      return { status: 200, body: { status: 'ok' } };
    } catch (error) {
      return { status: 503, body: { status: 'error', message: messageOf(error) } };
    }
  }

  async #fault(request: IncomingMessage, name: string): Promise<Reply> {
    if (request.method !== 'POST') return { status: 405, body: { error: 'use POST' } };
    if (this.faults === null) return { status: 503, body: { error: 'starting' } };
    return handleFault(this.faults, name, await readJson(request));
  }

  async #table(request: IncomingMessage, url: URL, name: string): Promise<Reply> {
    const verified = await this.#authenticate(request, url);
    if (!verified.ok) return { status: 401, body: { message: 'Invalid API key or token' } };
    const body = request.method === 'POST' || request.method === 'PATCH' ? await readJson(request) : undefined;
    return this.#rest.handle({
      method: request.method ?? 'GET',
      table: name,
      parameters: url.searchParams,
      prefer: String(request.headers.prefer ?? ''),
      schema: String(request.headers['accept-profile'] ?? request.headers['content-profile'] ?? 'public'),
      single: (request.headers.accept ?? '').includes('vnd.pgrst.object'),
      body,
      claims: verified.claims,
    });
  }

  async #function(request: IncomingMessage, url: URL, name: string): Promise<Reply> {
    const verified = await this.#authenticate(request, url);
    if (!verified.ok) return { status: 401, body: { message: 'Invalid API key or token' } };
    if (request.method !== 'POST') {
      const message = `Cannot use the ${request.method ?? ''} method on RPC`;
      return { status: 405, body: { code: 'PGRST101', message, details: null, hint: null } };
    }
    return this.#rest.call({
      name,
      schema: String(request.headers['content-profile'] ?? 'public'),
      single: (request.headers.accept ?? '').includes('vnd.pgrst.object'),
      body: (await readBody(request)).toString(),
      claims: verified.claims,
    });
  }

  async #broadcast(request: IncomingMessage, url: URL, path: string): Promise<Reply> {
    const verified = await this.#authenticate(request, url);
    if (!verified.ok) return { status: 401, body: { message: 'Unauthorized' } };
    if (request.method !== 'POST') return { status: 405, body: { message: 'use POST' } };
    const sender = { claims: verified.claims, headers: plainHeaders(request.headers) };
    if (path === '/api/broadcast') return broadcastBatch(this.#hub, sender, await readJson(request));
    const [, topic, event] = SINGLE_BROADCAST.exec(path) ?? [];
    if (topic === undefined || event === undefined) return NOT_FOUND;
    const isPrivate = url.searchParams.get('private') === 'true';
    const content = await this.#content(request);
    if ('status' in content) return content;
    const names = { topic: decodeURIComponent(topic), event: decodeURIComponent(event) };
    const persist = persistOf(url.searchParams);
    return broadcastSingle(this.#hub, sender, { ...names, isPrivate, persist, ...content });
  }

  /** The body of a single broadcast, or why it can't be read. JSON that is not a map comes as the field `_json`, as on the server. */
  async #content(request: IncomingMessage): Promise<{ json?: unknown; bytes: Buffer } | Reply> {
    const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
    if (type === 'application/octet-stream') return { bytes: await readBody(request) };
    if (type !== undefined && type !== 'application/json') {
      const error = 'Unsupported Media Type. Use application/json or application/octet-stream';
      return { status: 415, body: { error } };
    }
    const bytes = await readBody(request);
    if (bytes.length === 0 || type === undefined) return { json: {}, bytes };
    try {
      const json = JSON.parse(bytes.toString()) as unknown;
      return { json: isObject(json) ? json : { _json: json }, bytes };
    } catch {
      return BAD_REQUEST;
    }
  }

  /** The bearer token counts; without one (or with a key of the `sb_` kind) the API key. */
  #authenticate(request: IncomingMessage, url: URL): Promise<Verification> {
    const { apikey, authorization } = request.headers;
    const bearer = /^Bearer\s+(.+)$/i.exec(authorization ?? '')?.[1];
    const key = typeof apikey === 'string' ? apikey : url.searchParams.get('apikey');
    return this.#hub.tokens.verify(bearer ?? key ?? '');
  }
}

function plainHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

/** `persist=true`, or `persist[ttl]` in seconds. */
function persistOf(query: URLSearchParams): unknown {
  const ttl = query.get('persist[ttl]');
  return ttl === null ? query.get('persist') === 'true' : { ttl: Number(ttl) };
}
