import { createServer, type Server, type ServerResponse } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRealtimeManager, type ManagerOptions, type WasmSource } from 'switchboard-realtime';

const file = new URL('../../web/dist/wasm/switchboard.wasm', import.meta.url);
const endpoint = { url: 'ws://127.0.0.1:9/realtime/v1', apikey: 'anon', logger: null };
let server: Server;
let origin: string;
const requests: string[] = [];

beforeAll(async () => {
  const bytes = await readFile(file);
  const answers: Record<string, (response: ServerResponse) => void> = {
    '/right.wasm': (response) => response.writeHead(200, { 'content-type': 'application/wasm' }).end(bytes),
    '/shared.wasm': (response) => response.writeHead(200, { 'content-type': 'application/wasm' }).end(bytes),
    '/untyped.wasm': (response) => response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(bytes),
    '/page.wasm': (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>'),
  };
  server = createServer((request, response) => {
    requests.push(request.url ?? '');
    (answers[request.url ?? ''] ?? (() => response.writeHead(404).end()))(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.close();
  server.closeAllConnections();
});

/** Loads the core and gives everything back. */
async function load(wasm: WasmSource | undefined, more: Partial<ManagerOptions> = {}): Promise<void> {
  const manager = createRealtimeManager({ ...endpoint, ...more, wasm } as ManagerOptions);
  try {
    await manager.ready();
    expect(manager.stats().core).toMatchObject({ subscriptions: 0, sockets: 0 });
  } finally {
    await manager.dispose();
  }
}

describe('the core is loaded', () => {
  it('from the package, by default', async () => {
    await load(undefined);
  });

  it('from bytes, a view of bytes, a compiled module, a file url', async () => {
    const bytes = await readFile(file);
    await load(bytes);
    await load(new Uint8Array(bytes).buffer);
    await load(await WebAssembly.compile(bytes));
    await load(file);
  });

  it('from the network, whatever the content type', async () => {
    await load(`${origin}/right.wasm`);
    await load(new URL(`${origin}/untyped.wasm`));
  });

  it('once for all managers with the same source', async () => {
    requests.length = 0;
    const source = `${origin}/shared.wasm`;
    await Promise.all([load(source), load(source)]);
    await load(source);
    expect(requests).toEqual(['/shared.wasm']);
  });

  it('anew when a custom transport is given', async () => {
    class Socket {
      readonly readyState = 3;
    }
    await load(undefined, { transport: Socket });
  });
});

describe('a core that can not be had is an error with its cause', () => {
  it.each([
    ['/missing.wasm', /missing\.wasm answered 404/],
    ['/page.wasm', /is no WebAssembly \(content type text\/html\)$/],
    ['/node_modules/.vite/wasm/switchboard.wasm', /answered 404: add optimizeDeps: .* to Vite's configuration/],
  ])('%s', async (path, message) => {
    await expect(load(`${origin}${path}`)).rejects.toMatchObject({
      name: 'SwitchboardError',
      code: 'LOAD_FAILED',
      message: expect.stringMatching(message) as string,
    });
  });

  it.each([
    ['file:///nowhere/switchboard.wasm', /nowhere\/switchboard\.wasm can't be read$/],
    [
      'file:///_next/static/media/switchboard.wasm',
      /can't be read: add serverExternalPackages: .* to Next's configuration/,
    ],
  ])('%s', async (address, message) => {
    await expect(load(address)).rejects.toMatchObject({
      code: 'LOAD_FAILED',
      message: expect.stringMatching(message) as string,
    });
  });

  it('bytes that are none', async () => {
    await expect(load(new Uint8Array([1, 2, 3]))).rejects.toMatchObject({ code: 'LOAD_FAILED' });
  });

  it('and the next manager tries anew', async () => {
    requests.length = 0;
    await expect(load(`${origin}/again.wasm`)).rejects.toThrow();
    await expect(load(`${origin}/again.wasm`)).rejects.toThrow();
    expect(requests).toEqual(['/again.wasm', '/again.wasm']);
  });
});
