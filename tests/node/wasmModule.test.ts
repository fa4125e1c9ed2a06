import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ControlMessage } from '../../web/core/engine.js';
import { FlushReader } from '../../web/core/flushReader.js';
import type { CoreClient, CoreModule, CoreModuleFactory } from '../../web/core/wasmModule.js';
import { Recorder } from './support/until.js';

const folder = new URL('../../web/dist/wasm/', import.meta.url);
const OPTIONS = JSON.stringify({ url: 'ws://127.0.0.1:9/realtime/v1', apikey: 'k', tokenCallback: true, lingerMs: 0 });
const SPEC = JSON.stringify({ schema: 'public', table: 't', event: '*' });

/** A socket that opens and then says nothing. */
class SilentSocket {
  static readonly urls: string[] = [];
  readyState = 0;
  onopen: (() => void) | null = null;

  constructor(url: string) {
    SilentSocket.urls.push(url);
    queueMicrotask(() => {
      this.readyState = 1;
      this.onopen?.();
    });
  }

  send(): void {
    // Nobody listens.
  }

  close(): void {
    this.readyState = 3;
  }
}

/** Arguments that each method takes; the compiler insists on all of them. */
const calls: { [Name in keyof CoreClient]: Parameters<CoreClient[Name]> } = {
  subscribe: [1, SPEC],
  unsubscribe: [1],
  unsubscribeAll: [],
  pause: [1],
  resume: [1],
  reconnectAll: [],
  provideToken: [0, 'token'],
  failToken: [1, 'why'],
  signal: ['online'],
  stats: [],
  dispose: [],
  delete: [],
};

let module: CoreModule;

beforeAll(async () => {
  const { default: createModule } = (await import(new URL('switchboard.js', folder).href)) as {
    default: CoreModuleFactory;
  };
  const compiled = await WebAssembly.compile(await readFile(new URL('switchboard.wasm', folder)));
  module = await createModule({
    webSocket: SilentSocket,
    endsFrom: 384,
    instantiateWasm: (imports, done) => {
      void WebAssembly.instantiate(compiled, imports).then((instance) => {
        done(instance, compiled);
      });
      return {};
    },
  });
});

/** A client and the control messages of its flushes. */
function open(): { client: CoreClient; controls: Recorder<ControlMessage> } {
  const controls = new Recorder<ControlMessage>();
  const client = new module.RealtimeClient(OPTIONS, (wordIndex) => {
    const { control } = new FlushReader(module).read(wordIndex);
    if (control !== null) controls.push(control);
  });
  return { client, controls };
}

describe('the real wasm module', () => {
  it('exports what its types say, and nothing else', () => {
    expect(module.HEAPU8).toBeInstanceOf(Uint8Array);
    expect(module.HEAPU32).toBeInstanceOf(Uint32Array);
    expect(module.HEAPU32.buffer).toBe(module.HEAPU8.buffer);
    const prototype = module.RealtimeClient.prototype as object;
    const own = Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor');
    const expected = Object.keys(calls).filter((name) => name !== 'delete');
    expect(own.sort()).toEqual(expected.sort());
  });

  it('takes the arguments that its types say, no fewer and no more', () => {
    const { client } = open();
    const methods = client as unknown as Record<string, (...args: unknown[]) => unknown>;
    for (const [name, args] of Object.entries(calls)) {
      if (name === 'delete') continue;
      expect(() => methods[name]?.(...args, 'one too many'), name).toThrow(/argument/);
      const result = methods[name]?.(...args);
      expect(typeof result, name).toBe(name === 'subscribe' || name === 'stats' ? 'string' : 'undefined');
    }
    client.delete();
  });

  it('flushes in the layout that the engine reads', async () => {
    const { client, controls } = open();
    expect(client.subscribe(7, SPEC)).toBe('');
    await controls.first('a token request', (control) => control.tokenRequest !== undefined);
    const states = controls.items.flatMap((control) => control.status?.subscriptions ?? []);
    expect(states[0]).toMatchObject({
      id: 7,
      state: 'pending',
      since: expect.any(Number) as number,
      attempts: 0,
      nextRetryAt: null,
      code: 'CONNECTING',
      message: expect.any(String) as string,
      retryable: true,
    });
    const counters = controls.items.map((control) => control.status?.counters).find((found) => found !== undefined);
    expect(Object.keys(counters ?? {}).sort()).toEqual([
      'badFrames',
      'bytesIn',
      'bytesOut',
      'changes',
      'conflated',
      'connects',
      'deliveries',
      'framesIn',
      'framesOut',
      'ignoredFrames',
      'joins',
      'pulses',
      'pulsesMissed',
    ]);
    expect(SilentSocket.urls.at(-1)).toBe('ws://127.0.0.1:9/realtime/v1/websocket?apikey=k&vsn=2.0.0');
    const before = controls.items.length;
    client.dispose();
    client.delete();
    expect(controls.items).toHaveLength(before);
  });

  it('refuses a spec by code, option and message', () => {
    const { client } = open();
    const refusal = JSON.parse(client.subscribe(8, '{"schema":"public","table":"","event":"*"}')) as object;
    expect(refusal).toEqual({ code: 'INVALID_OPTION', option: 'table', message: expect.any(String) as string });
    client.dispose();
    client.delete();
  });

  it('reports live counts', () => {
    const { client } = open();
    client.subscribe(9, SPEC);
    const stats = JSON.parse(client.stats()) as Record<string, unknown>;
    expect(Object.keys(stats).sort()).toEqual([
      'bindings',
      'channels',
      'counters',
      'deadlines',
      'sockets',
      'subscriptions',
    ]);
    expect(stats).toMatchObject({ subscriptions: 1, bindings: 1 });
    client.dispose();
    client.delete();
  });
});
