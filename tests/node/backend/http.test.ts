import { randomUUID } from 'node:crypto';
import { request, type IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';

import { fastTiming, startBackend, type Backend } from 'switchboard-backend';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let backend: Backend;

beforeAll(async () => {
  backend = await startBackend({ seed: false, timing: fastTiming, lab: true });
});

afterAll(async () => {
  await backend.stop();
});

/** The status of a request as it is given, which fetch would put right. */
function ask(method: string, path: string, headers: Record<string, string> = {}): Promise<number> {
  const { hostname, port } = new URL(backend.url);
  return new Promise((resolve, reject) => {
    request({ hostname, port, method, path, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

describe.each([
  ['POST', '/faults/reset'],
  ['GET', '/faults'],
  ['POST', '/lab/cut'],
])('%s %s, which asks for no key', (method, path) => {
  it.each([
    'https://example.com',
    'http://127.0.0.1.example.com',
    'http://localhost.example.com',
    'http://192.168.1.1',
    'http://[::1].example.com',
    'file://localhost',
    'null',
    '',
  ])('refuses a page of "%s"', async (origin) => {
    expect(await ask(method, path, { origin, 'content-type': 'text/plain' })).toBe(403);
  });

  it.each(['http://127.0.0.1:5173', 'https://localhost', 'http://app.localhost:3000', 'http://[::1]:8080'])(
    'serves a page of %s',
    async (origin) => {
      expect(await ask(method, path, { origin })).toBe(200);
    },
  );

  it.each(['example.com', 'example.com:54321', '127.0.0.1.example.com', '['])(
    'refuses the name "%s", which somebody else may have made resolve to this machine',
    async (host) => {
      expect(await ask(method, path, { host })).toBe(403);
    },
  );

  it.each(['localhost', '127.0.0.1:1', '[::1]:1', 'realtime-dev.localhost', '192.168.1.1'])(
    'is served as %s',
    async (host) => {
      expect(await ask(method, path, { host })).toBe(200);
    },
  );
});

describe('targets', () => {
  it.each([
    ['//', 404],
    ['//example.com/faults', 404],
    ['/rest/v1/%E0', 400],
    ['/rest/v1/%', 400],
    ['/api/broadcast/%ff/events/x', 400],
    ['*', 404],
  ])('%s is answered with %i', async (path, status) => {
    expect(await ask('GET', path)).toBe(status);
  });

  it.each(['//', '/realtime/v1/%E0'])('an upgrade of %s is refused', async (path) => {
    const headers = { connection: 'Upgrade', upgrade: 'websocket' };
    expect(await ask('GET', path, headers)).toBe(404);
  });
});

describe('a long answer', () => {
  function rows(headers: Record<string, string>): Promise<{ headers: IncomingMessage['headers']; body: Buffer }> {
    const { hostname, port } = new URL(backend.url);
    const path = '/rest/v1/businesses?select=name';
    return new Promise((resolve, reject) => {
      request({ hostname, port, path, headers: { apikey: backend.serviceKey, ...headers } }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          resolve({ headers: response.headers, body: Buffer.concat(chunks) });
        });
      })
        .on('error', reject)
        .end();
    });
  }

  it('is compressed for those who take that', async () => {
    const add = { method: 'POST', headers: { apikey: backend.serviceKey, 'content-type': 'application/json' } };
    const names = Array.from({ length: 100 }, (_, index) => ({
      ...{ id: randomUUID(), name: `Business ${String(index)}`, currency: 'USD', time_zone: 'UTC' },
    }));
    await fetch(`${backend.rest}/businesses`, { ...add, body: JSON.stringify(names) });
    const plain = await rows({});
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(JSON.parse(plain.body.toString())).toHaveLength(100);
    const zipped = await rows({ 'accept-encoding': 'gzip, br' });
    expect(zipped.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' });
    expect(zipped.headers['content-length']).toBe(String(zipped.body.length));
    expect(zipped.body.length).toBeLessThan(plain.body.length / 2);
    expect(gunzipSync(zipped.body)).toEqual(plain.body);
  });
});
