import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ManagerOptions } from '../../../web/core/index.js';
import { Bench } from '../support/scriptedEngine.js';
import { Recorder } from '../support/until.js';

const jwt = (name: string): string => `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI${name}In0.c2lnbmF0dXJl`;

interface Seen {
  path: string;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

let server: Server;
let url: string;
let seen = new Recorder<Seen>();

const accept = (_: Seen, response: ServerResponse): void => {
  response.writeHead(202).end();
};

let answer = accept;

function refuse(status: number, body: unknown) {
  return (_: Seen, response: ServerResponse): void => {
    response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

/** A server of a version before 2.97. */
function old(request: Seen, response: ServerResponse): void {
  if (request.path === '/realtime/v1/api/broadcast') accept(request, response);
  else refuse(404, 'Not Found')(request, response);
}

beforeAll(async () => {
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request
      .on('data', (part: Buffer) => parts.push(part))
      .on('end', () => {
        const one = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(parts) };
        seen.push(one);
        answer(one, response);
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => {
  seen = new Recorder();
  answer = accept;
  vi.useRealTimers();
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function open(options: Partial<ManagerOptions> = {}): Bench {
  return new Bench({ url, ...options } as Partial<ManagerOptions>);
}

describe('a broadcast over HTTP', () => {
  it('goes to the endpoint of its topic, as JSON, and needs no engine', async () => {
    const bench = open();
    await bench.manager.broadcast('room/7 ü', 'new message?', { x: 1 });
    const [{ path, headers, body } = {} as Seen] = seen.items;
    expect(path).toBe('/realtime/v1/api/broadcast/room%2F7%20%C3%BC/events/new%20message%3F');
    expect(headers).toMatchObject({ 'content-type': 'application/json', apikey: 'anon-key-of-test' });
    expect([body.toString(), headers.authorization, bench.engines]).toEqual(['{"x":1}', undefined, []]);
  });

  it('takes bytes, and says when the channel is private', async () => {
    await open().manager.broadcast('room', 'image', Uint8Array.of(0, 255), { private: true });
    const [{ path, headers, body } = {} as Seen] = seen.items;
    expect([path, headers['content-type'], [...body]]).toEqual([
      '/realtime/v1/api/broadcast/room/events/image?private=true',
      'application/octet-stream',
      [0, 255],
    ]);
  });

  it('is authorised by the newest token, else by an api key that is a token', async () => {
    const bench = open({ apikey: jwt('Key') });
    await bench.manager.broadcast('room', 'a', {});
    bench.manager.setAuth(jwt('Ana'));
    await bench.manager.broadcast('room', 'a', {});
    let user = 'Ben';
    const asking = open({ accessToken: () => Promise.resolve(jwt(user)) });
    await asking.manager.broadcast('room', 'a', {});
    user = 'Cleo';
    await asking.manager.broadcast('room', 'a', {});
    expect(seen.items.map(({ headers }) => headers.authorization)).toEqual(
      ['Key', 'Ana', 'Ben', 'Cleo'].map((name) => `Bearer ${jwt(name)}`),
    );
  });

  it('goes to the endpoint of old servers where there is no other, and from then on at once', async () => {
    answer = old;
    const { manager } = open();
    await manager.broadcast('room', 'a', { x: 1 }, { private: true });
    await manager.broadcast('room', 'b', { x: 2 });
    expect(seen.items.map(({ path }) => path)).toEqual([
      '/realtime/v1/api/broadcast/room/events/a?private=true',
      '/realtime/v1/api/broadcast',
      '/realtime/v1/api/broadcast',
    ]);
    expect(seen.items.slice(1).map(({ body }) => JSON.parse(body.toString()) as unknown)).toEqual([
      { messages: [{ topic: 'room', event: 'a', private: true, payload: { x: 1 } }] },
      { messages: [{ topic: 'room', event: 'b', private: false, payload: { x: 2 } }] },
    ]);
  });
});

describe('names that no path can have', () => {
  it.each([
    ['..', 'a'],
    ['.', 'a'],
    ['room', '..'],
  ])('%s %s', async (name, event) => {
    const { manager } = open();
    await manager.broadcast(name, event, { x: 1 });
    await manager.broadcast('room', 'b', { x: 2 });
    expect(seen.items.map(({ path }) => path)).toEqual([
      '/realtime/v1/api/broadcast',
      '/realtime/v1/api/broadcast/room/events/b',
    ]);
    expect(JSON.parse(seen.items[0]?.body.toString() ?? '')).toEqual({
      messages: [{ topic: name, event, private: false, payload: { x: 1 } }],
    });
    await expect(manager.broadcast(name, event, Uint8Array.of(1))).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      option: 'payload',
    });
  });
});

describe('what the server refuses', () => {
  it.each<[string, number, unknown, { private?: boolean; bytes?: boolean }, string, RegExp]>([
    [
      'a key',
      401,
      { message: 'Unauthorized' },
      {},
      'SEND_REFUSED',
      /does not accept the api key.*\(401\): Unauthorized/,
    ],
    [
      'a private topic',
      403,
      { message: 'Unauthorized' },
      { private: true },
      'SEND_REFUSED',
      /INSERT policy on realtime.messages lets the api key's role .* to the topic "room"/,
    ],
    ['a public topic', 403, { error: 'no' }, {}, 'SEND_REFUSED', /private: true/],
    ['bytes on an old server', 404, 'Not Found', { bytes: true }, 'SEND_REFUSED', /2\.97/],
    ['everything, where there is no Realtime', 404, '<html>', {}, 'SEND_REFUSED', /no Realtime at the manager's `url`/],
    ['a size', 413, '', {}, 'PAYLOAD_TOO_LARGE', /above the project's limit.*\(413\): nothing/],
    [
      'a size in its own words',
      422,
      { errors: { payload: ['Payload size exceeds tenant limit'] } },
      {},
      'PAYLOAD_TOO_LARGE',
      /above the project's limit/,
    ],
    ['what is wrong', 422, { errors: { event: ["can't be blank"] } }, {}, 'SEND_REFUSED', /can't be blank/],
    ['a rate', 429, { message: 'You have exceeded your rate limit' }, {}, 'SEND_REFUSED', /messages per second/],
    ['by failing', 500, 'x'.repeat(5_000), {}, 'SEND_REFUSED', /\(500\): x{300}$/],
  ])('%s (%i)', async (_, status, body, { private: isPrivate = false, bytes = false }, code, message) => {
    answer = refuse(status, body);
    const sent = open().manager.broadcast('room', 'a', bytes ? Uint8Array.of(1) : {}, { private: isPrivate });
    await expect(sent).rejects.toMatchObject({ name: 'SwitchboardError', code, message });
  });

  it('names the token where there is one, and repeats none', async () => {
    const token = jwt('Ana');
    answer = refuse(401, { message: `bad ${token}` });
    const bench = open();
    bench.manager.setAuth(token);
    const sent = bench.manager.broadcast('room', 'a', {});
    await expect(sent).rejects.toMatchObject({ message: /access token: it may have expired.*bad <jwt>$/ });
  });
});

describe('what never gets an answer', () => {
  it('rejects when the server can not be reached', async () => {
    const bench = open({ url: 'http://127.0.0.1:9' });
    await expect(bench.manager.broadcast('room', 'a', {})).rejects.toMatchObject({
      code: 'SEND_LOST',
      message: /could not be reached/,
    });
  });

  it('rejects when its time is over, also while the token is waited for', async () => {
    answer = () => undefined;
    const sent = open().manager.broadcast('room', 'a', {}, { timeoutMs: 100 });
    await expect(sent).rejects.toMatchObject({ code: 'SEND_TIMED_OUT', message: /within 100 ms/ });
    const bench = open({ accessToken: () => new Promise(() => undefined) });
    await expect(bench.manager.broadcast('room', 'a', {}, { timeoutMs: 100 })).rejects.toMatchObject({
      code: 'SEND_TIMED_OUT',
    });
  });

  it('rejects with the reason of its signal, before and while it is under way', async () => {
    answer = () => undefined;
    const { manager } = open();
    const controller = new AbortController();
    const sent = manager.broadcast('room', 'a', {}, { signal: controller.signal });
    await seen.count('requests', 1);
    controller.abort(new Error('mine'));
    await expect(sent).rejects.toThrow('mine');
    await expect(manager.broadcast('room', 'a', {}, { signal: controller.signal })).rejects.toThrow('mine');
    expect(seen.items).toHaveLength(1);
  });

  it('rejects when the manager is disposed of', async () => {
    answer = () => undefined;
    const { manager } = open();
    const sent = manager.broadcast('room', 'a', {});
    await Promise.all([expect(sent).rejects.toMatchObject({ code: 'DISPOSED' }), manager.dispose()]);
  });

  it('sends nothing without the token that it is to be sent with', async () => {
    const bench = open({ accessToken: () => Promise.reject(new Error('offline')) });
    await expect(bench.manager.broadcast('room', 'a', {})).rejects.toMatchObject({
      code: 'SEND_REFUSED',
      option: 'accessToken',
      message: 'Nothing was sent, because there is no access token: offline',
    });
    expect(seen.items).toEqual([]);
  });
});

describe('mistakes', () => {
  it.each<[string, unknown[], string, string]>([
    ['no name', ['', 'a', {}], 'INVALID_OPTION', 'name'],
    ['no event', ['room', '', {}], 'INVALID_OPTION', 'event'],
    ['no payload', ['room', 'a'], 'INVALID_OPTION', 'payload'],
    ['a payload that the server would wrap', ['room', 'a', [1]], 'INVALID_OPTION', 'payload'],
    ['a payload that can not be JSON', ['room', 'a', { n: 1n }], 'INVALID_OPTION', 'payload'],
    ['an unknown option', ['room', 'a', {}, { ack: true }], 'UNKNOWN_OPTION', 'ack'],
    ['a time out of range', ['room', 'a', {}, { timeoutMs: 1 }], 'INVALID_OPTION', 'timeoutMs'],
    ['a signal that is none', ['room', 'a', {}, { signal: 1 }], 'INVALID_OPTION', 'signal'],
  ])('%s', async (_, given, code, option) => {
    const { manager } = open();
    const sent = manager.broadcast(...(given as Parameters<typeof manager.broadcast>));
    await expect(sent).rejects.toMatchObject({ code, option });
    expect(seen.items).toEqual([]);
  });
});
