import { readFile } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Command, ControlMessage } from '../../../web/core/engine/engine.js';
import { BatchDecoder } from '../../../web/core/engine/batchDecoder.js';
import type { CoreClient, CoreModule, CoreModuleFactory } from '../../../web/core/engine/wasmModule.js';
import { Recorder } from '../support/until.js';

const folder = new URL('../../../web/dist/wasm/', import.meta.url);
const OPTIONS = JSON.stringify({ url: 'ws://127.0.0.1:9/realtime/v1', apikey: 'k', tokenCallback: true, lingerMs: 0 });
const SPEC = { schema: 'public', table: 't', event: '*' } as const;

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

/** A client and the control messages of its batches. */
function open(): { client: CoreClient; controls: Recorder<ControlMessage> } {
  const controls = new Recorder<ControlMessage>();
  const client = module.openClient(OPTIONS, (wordIndex) => {
    const { control } = new BatchDecoder(module).read(wordIndex);
    if (control !== null) controls.push(control);
  });
  return { client, controls };
}

function send(client: CoreClient, command: Command): void {
  client.run(JSON.stringify(command));
}

/** Subscribes, and answers the request for a token, so that a socket opens. */
async function connect(client: CoreClient, controls: Recorder<ControlMessage>): Promise<SilentSocket> {
  const before = SilentSocket.opened.items.length;
  send(client, { kind: 'subscribe', id: 1, spec: SPEC });
  const { tokenRequest } = await controls.first('a token request', (control) => control.tokenRequest !== undefined);
  send(client, { kind: 'provideToken', request: tokenRequest?.request ?? 0, token: 'token' });
  const sockets = await SilentSocket.opened.until('a socket', ({ length }) => length > before);
  const socket = sockets.at(-1);
  if (socket === undefined) throw new Error('no socket');
  return socket;
}

function states(control: ControlMessage): readonly { code: string; message: string }[] {
  return control.status?.subscriptions ?? [];
}

function close(client: CoreClient): void {
  client.run('{"kind":"dispose"}');
  client.delete();
}

describe('the real wasm module', () => {
  it('exports what its types say, and nothing else', () => {
    expect(module.HEAPU8).toBeInstanceOf(Uint8Array);
    expect(module.HEAPU32).toBeInstanceOf(Uint32Array);
    expect(module.HEAPU32.buffer).toBe(module.HEAPU8.buffer);
  });

  it('knows every command, and no other', async () => {
    const types = await readFile(new URL('../../../web/core/engine/engine.ts', import.meta.url), 'utf8');
    const core = await readFile(new URL('../../../src/boundary/commands.cpp', import.meta.url), 'utf8');
    // A push and a recording have calls of their own. Fetches are shared by the hub, before the core.
    const kinds = [...types.matchAll(/\{ kind: '(?!push'|record'|\w*[fF]etch)(\w+)'/g)].map(([, kind]) => kind);
    const known = [...core.matchAll(/\{Kind::\w+, "(\w+)"\}/g)].map(([, kind]) => kind);
    expect(known.sort()).toEqual([...kinds, 'dispose'].sort());
  });

  it('writes batches in the layout that the engine reads', async () => {
    const { client, controls } = open();
    send(client, { kind: 'subscribe', id: 7, spec: SPEC });
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
      'filled',
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

  it('reports a spec that it refuses as a parked subscription', () => {
    const { client, controls } = open();
    send(client, { kind: 'subscribe', id: 8, spec: { ...SPEC, table: '' } });
    const parked = {
      code: 'INVALID_OPTION',
      message: expect.any(String) as string,
      retryable: false,
      nextRetryAt: null,
    };
    expect(controls.items).toEqual([
      {
        status: {
          subscriptions: [
            { id: 8, state: 'parked', mode: 'paused', since: expect.any(Number) as number, attempts: 0, ...parked },
          ],
          refused: [8],
        },
        notices: [{ subscription: 8, status: 'CHANNEL_ERROR', ...parked }],
      },
    ]);
    close(client);
  });

  it('reports live counts', () => {
    const { client, controls } = open();
    send(client, { kind: 'subscribe', id: 9, spec: SPEC });
    send(client, { kind: 'stats' });
    const { stats } = controls.items.at(-1) ?? {};
    expect(Object.keys(stats ?? {}).sort()).toEqual([
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
    let framesIn = 0;
    const options = JSON.stringify({ ...(JSON.parse(OPTIONS) as object), tokenCallback: false });
    const client = module.openClient(options, (wordIndex) => {
      if (mayThrow) throw new Error('from the sink');
      framesIn = new BatchDecoder(module).read(wordIndex).control?.stats?.counters.framesIn ?? framesIn;
    });
    SilentSocket.opened = new Recorder();
    send(client, { kind: 'subscribe', id: 1, spec: SPEC });
    const socket = await SilentSocket.opened.first('a socket', () => true);
    const join = await socket.sent.first('a join', (text) => text.includes('phx_join'));
    const [joinRef, ref, topic] = JSON.parse(join) as string[];
    send(client, { kind: 'stats' });
    const before = framesIn;
    mayThrow = true;
    const data = JSON.stringify([joinRef, ref, topic, 'phx_reply', { status: 'error', response: { reason: 'no' } }]);
    expect(() => socket.onmessage?.({ data })).toThrow('from the sink');
    mayThrow = false;
    socket.onmessage?.({ data });
    send(client, { kind: 'stats' });
    expect(framesIn).toBe(before + 2);
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
