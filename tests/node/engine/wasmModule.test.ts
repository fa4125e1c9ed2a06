import { readFile } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ControlMessage } from '../../../web/core/engine/engine.js';
import { BatchDecoder } from '../../../web/core/engine/batchDecoder.js';
import {
  Command,
  type CoreClient,
  type CoreModule,
  type CoreModuleFactory,
} from '../../../web/core/engine/wasmModule.js';
import { Recorder } from '../support/until.js';

const folder = new URL('../../../web/dist/wasm/', import.meta.url);
const OPTIONS = JSON.stringify({ url: 'ws://127.0.0.1:9/realtime/v1', apikey: 'k', tokenCallback: true, lingerMs: 0 });
const SPEC = JSON.stringify({ schema: 'public', table: 't', event: '*' });

/** A socket that opens and then says nothing. */
class SilentSocket {
  static readonly urls: string[] = [];
  static opened = new Recorder<SilentSocket>();
  readonly sent = new Recorder<string>();
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;

  constructor(url: string) {
    SilentSocket.urls.push(url);
    queueMicrotask(() => {
      this.readyState = 1;
      this.onopen?.();
      SilentSocket.opened.push(this);
    });
  }

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {
    this.readyState = 3;
  }
}

let module: CoreModule;

beforeAll(async () => {
  const { default: createModule } = (await import(new URL('switchboard.js', folder).href)) as {
    default: CoreModuleFactory;
  };
  const compiled = await WebAssembly.compile(await readFile(new URL('switchboard.wasm', folder)));
  module = await createModule({
    webSocket: SilentSocket,
    endsFrom: 384,
    locateFile: (name) => name,
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
  const client = module.openClient(OPTIONS, (wordIndex) => {
    const { control } = new BatchDecoder(module).read(wordIndex);
    if (control !== null) controls.push(control);
  });
  return { client, controls };
}

/** Subscribes, and answers the request for a token, so that a socket opens. */
async function connect(client: CoreClient, controls: Recorder<ControlMessage>): Promise<SilentSocket> {
  const before = SilentSocket.opened.items.length;
  client.run(Command.Subscribe, 1, SPEC);
  const { tokenRequest } = await controls.first('a token request', (control) => control.tokenRequest !== undefined);
  client.run(Command.ProvideToken, tokenRequest?.request ?? 0, 'token');
  const sockets = await SilentSocket.opened.until('a socket', ({ length }) => length > before);
  const socket = sockets.at(-1);
  if (socket === undefined) throw new Error('no socket');
  return socket;
}

function states(control: ControlMessage): readonly { code: string; message: string }[] {
  return control.status?.subscriptions ?? [];
}

function close(client: CoreClient): void {
  client.run(Command.Dispose, 0, '');
  client.delete();
}

describe('the real wasm module', () => {
  it('exports what its types say, and nothing else', () => {
    expect(module.HEAPU8).toBeInstanceOf(Uint8Array);
    expect(module.HEAPU32).toBeInstanceOf(Uint32Array);
    expect(module.HEAPU32.buffer).toBe(module.HEAPU8.buffer);
  });

  it('numbers the commands as the core does', async () => {
    const header = await readFile(new URL('../../../bindings/realtime_client.h', import.meta.url), 'utf8');
    const [, body = ''] = /enum class Command[^{]*\{([^}]*)\}/.exec(header) ?? [];
    const names = body.replace(/\/\/.*/g, '').match(/\w+/g) ?? [];
    expect(Object.entries(Command)).toEqual(names.map((name, number) => [name, number]));
  });

  it('flushes in the layout that the engine reads', async () => {
    const { client, controls } = open();
    expect(client.run(Command.Subscribe, 7, SPEC)).toBe('');
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
    close(client);
    expect(controls.items).toHaveLength(before);
  });

  it('refuses a spec by code, option and message', () => {
    const { client } = open();
    const refusal = JSON.parse(
      client.run(Command.Subscribe, 8, '{"schema":"public","table":"","event":"*"}'),
    ) as object;
    expect(refusal).toEqual({ code: 'INVALID_OPTION', option: 'table', message: expect.any(String) as string });
    close(client);
  });

  it('reports live counts', () => {
    const { client } = open();
    client.run(Command.Subscribe, 9, SPEC);
    const stats = JSON.parse(client.run(Command.Stats, 0, '')) as Record<string, unknown>;
    expect(Object.keys(stats).sort()).toEqual([
      'bindings',
      'channels',
      'counters',
      'deadlines',
      'sockets',
      'subscriptions',
    ]);
    expect(stats).toMatchObject({ subscriptions: 1, bindings: 1 });
    close(client);
  });

  it.each([
    [1000, 'IDLE_TIMEOUT'],
    [1009, 'FRAME_TOO_LARGE'],
    [1012, 'SERVER_RESTART'],
    [4999, 'CONNECTION_LOST'],
  ])('gives the core the close code %d, and the reason whatever its length', async (code, expected) => {
    const { client, controls } = open();
    const socket = await connect(client, controls);
    const reason = `Zoë 😀 ${'x'.repeat(3_000)}`;
    socket.onclose?.({ code, reason });
    const lost = await controls.first('the loss', (control) =>
      states(control).some((state) => state.code === expected),
    );
    expect(states(lost)[0]?.message).toContain(reason);
    close(client);
  });

  it('handles the frame after one whose sink threw', async () => {
    let mayThrow = false;
    const options = JSON.stringify({ ...(JSON.parse(OPTIONS) as object), tokenCallback: false });
    const client = module.openClient(options, () => {
      if (mayThrow) throw new Error('from the sink');
    });
    SilentSocket.opened = new Recorder();
    client.run(Command.Subscribe, 1, SPEC);
    const socket = await SilentSocket.opened.first('a socket', () => true);
    const join = await socket.sent.first('a join', (text) => text.includes('phx_join'));
    const [joinRef, ref, topic] = JSON.parse(join) as string[];
    const framesIn = (): number =>
      (JSON.parse(client.run(Command.Stats, 0, '')) as { counters: { framesIn: number } }).counters.framesIn;
    const before = framesIn();
    mayThrow = true;
    const data = JSON.stringify([joinRef, ref, topic, 'phx_reply', { status: 'error', response: { reason: 'no' } }]);
    expect(() => socket.onmessage?.({ data })).toThrow('from the sink');
    mayThrow = false;
    socket.onmessage?.({ data });
    expect(framesIn()).toBe(before + 2);
    close(client);
  });

  it('has nothing left of clients that are deleted', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const rounds = 1_000;
    let collected = 0;
    const registry = new FinalizationRegistry(() => {
      collected += 1;
    });
    const openAndClose = async (): Promise<void> => {
      const { client, controls } = open();
      const socket = await connect(client, controls);
      registry.register(controls, null);
      registry.register(socket, null);
      close(client);
    };
    await openAndClose();
    const bytes = module.HEAPU8.length;
    for (let n = 1; n < rounds; n += 1) await openAndClose();
    SilentSocket.opened = new Recorder();
    for (let n = 0; n < 10; n += 1) {
      collect();
      await nextTurn();
    }
    // One of each may still be on the stack.
    expect(collected).toBeGreaterThanOrEqual(2 * rounds - 2);
    expect(module.HEAPU8).toHaveLength(bytes);
  });
});
