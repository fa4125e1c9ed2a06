import { createServer, type Server, type ServerResponse } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Recorder } from '../support/until.js';
import { createRealtimeManager, type ManagerOptions, type WasmSource } from 'switchboard-realtime';

const file = new URL('../../../web/dist/wasm/switchboard.wasm', import.meta.url);
const endpoint = { url: 'ws://127.0.0.1:9/realtime/v1', apikey: 'anon', logger: null };
let server: Server;
let origin: string;
const requests: string[] = [];
/** By path, how many of the next requests get no more than this part of their answer. */
const stalls = new Map<string, { after: number | 'nothing'; times: number }>();

beforeAll(async () => {
  const bytes = await readFile(file);
  const answers: Record<string, (response: ServerResponse) => void> = {
    '/right.wasm': (response) => response.writeHead(200, { 'content-type': 'application/wasm' }).end(bytes),
    '/restarted.wasm': (response) => response.writeHead(200, { 'content-type': 'application/wasm' }).end(bytes),
    '/left.wasm': (response) => response.writeHead(200, { 'content-type': 'application/wasm' }).end(bytes),
    '/shared.wasm': (response) => response.writeHead(200, { 'content-type': 'application/wasm' }).end(bytes),
    '/untyped.wasm': (response) => response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(bytes),
    '/stalls.wasm': (response) => response.writeHead(200, { 'content-type': 'application/wasm' }).end(bytes),
    '/breaks.wasm': (response) => {
      response.writeHead(200, { 'content-type': 'application/wasm', 'content-length': bytes.length });
      response.write(bytes.subarray(0, 1_000), () => response.destroy());
    },
    '/page.wasm': (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>'),
  };
  server = createServer((request, response) => {
    requests.push(request.url ?? '');
    const stall = stalls.get(request.url ?? '');
    if (stall !== undefined && stall.times > 0) {
      stall.times -= 1;
      if (stall.after === 'nothing') return;
      response.writeHead(200, { 'content-type': 'application/wasm', 'content-length': bytes.length });
      response.flushHeaders();
      response.write(bytes.subarray(0, stall.after));
      return;
    }
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

  it('again when a custom transport is given', async () => {
    class Socket {
      readonly readyState = 3;
    }
    await load(undefined, { transport: Socket });
  });
});

describe('a download that stalls', () => {
  const wasm = (path: string): string => `${origin}${path}`;

  it.each([
    ['nothing', 'nothing'] as const,
    ['the headers', 0] as const,
    ['a part', 1_000] as const,
    ['all but a byte', -1] as const,
  ])('after %s has failed in its time', async (_, after) => {
    stalls.set('/stalls.wasm', { after, times: 1 });
    await expect(load(wasm('/stalls.wasm'), { loadTimeoutMs: 50 })).rejects.toMatchObject({
      code: 'LOAD_FAILED',
      option: 'wasm',
      message: 'The WebAssembly core could not be loaded: nothing came for 0.05 s',
    });
  });

  it('is a status of every manager that waits for it, and is tried again', async () => {
    stalls.set('/stalls.wasm', { after: 1_000, times: 2 });
    const managers = [1, 2].map(() =>
      createRealtimeManager({ ...endpoint, wasm: wasm('/stalls.wasm'), loadTimeoutMs: 50 }),
    );
    const codes = managers.map((manager) => {
      const heard = new Recorder<string>();
      manager.subscribe(
        { table: 'a' },
        () => undefined,
        (_, { code }) => {
          heard.push(code);
        },
      );
      return heard;
    });
    for (const heard of codes) await heard.first('the failure', (code) => code === 'LOAD_FAILED');
    for (const manager of managers) await expect.poll(() => manager.stats().core, { timeout: 30_000 }).not.toBeNull();
    await Promise.all(managers.map((manager) => manager.dispose()));
  });

  it('is given up with the last manager that waits for it, and not handed to the next', async () => {
    stalls.set('/left.wasm', { after: 1_000, times: 1 });
    const options = { ...endpoint, wasm: wasm('/left.wasm') };
    requests.length = 0;
    const managers = [1, 2].map(() => createRealtimeManager(options));
    const ends = managers.map((manager) => manager.ready().catch((error: unknown) => error));
    await expect.poll(() => requests).toEqual(['/left.wasm']);
    await Promise.all(managers.map((manager) => manager.dispose()));
    await load(options.wasm);
    expect(requests).toEqual(['/left.wasm', '/left.wasm']);
    expect(await Promise.all(ends)).toMatchObject([{ code: 'DISPOSED' }, { code: 'DISPOSED' }]);
  });

  it('is started again by reconnectAll()', async () => {
    requests.length = 0;
    stalls.set('/restarted.wasm', { after: 1_000, times: 1 });
    const manager = createRealtimeManager({ ...endpoint, wasm: wasm('/restarted.wasm') });
    manager.subscribe({ table: 'a' }, () => undefined);
    await expect.poll(() => requests).toEqual(['/restarted.wasm']);
    const isOpen = (): boolean => {
      manager.reconnectAll();
      return manager.stats().core !== null;
    };
    await expect.poll(isOpen, { timeout: 30_000 }).toBe(true);
    expect(requests).toEqual(['/restarted.wasm', '/restarted.wasm']);
    await manager.dispose();
  });
});

describe('a core that can not be had is an error with its cause', () => {
  it.each([
    ['/missing.wasm', /missing\.wasm answered 404$/],
    ['/missing.wasm?token=secret#more', /missing\.wasm answered 404$/],
    ['/breaks.wasm', /could not be loaded: (?!.*is no WebAssembly)/],
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

  it('and the next manager tries again', async () => {
    requests.length = 0;
    await expect(load(`${origin}/again.wasm`)).rejects.toThrow();
    await expect(load(`${origin}/again.wasm`)).rejects.toThrow();
    expect(requests).toEqual(['/again.wasm', '/again.wasm']);
  });
});
