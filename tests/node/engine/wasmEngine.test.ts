import { describe, expect, it } from 'vitest';
import type { Batch, Command, EngineOptions } from '../../../web/core/engine/engine.js';
import { WasmEngine } from '../../../web/core/engine/wasmEngine.js';
import type { CoreClient, CoreFrame, CoreModule, CoreSink } from '../../../web/core/engine/wasmModule.js';

const OPTIONS: EngineOptions = {
  url: 'ws://h/realtime/v1',
  apikey: 'k',
  tokenCallback: false,
  tuning: { lingerMs: 0 },
};

const SUBSCRIBE: Command = { kind: 'subscribe', id: 3, spec: { schema: 'public', table: 't', event: '*' } };

const PUSH = {
  kind: 'push',
  channel: 4,
  persist: null,
  ack: false,
  timeoutMs: 10_000,
  everyMs: null,
} as const;

/** Of a broadcast that comes once. */
const plain = { json: false, id: null, replayed: false };

interface WireDelivery {
  kind: number;
  subscribers: number[];
  count: number;
  text?: string;
  /** Of channels: what has several texts. */
  texts?: readonly (string | Uint8Array)[];
  /** In place of the text. */
  place?: [number, number];
  /** After the texts: address and bytes of one that is in the frame. */
  inFrame?: [number, number];
}

/** A module whose memory the test fills; its one client records calls. */
class MemoryModule implements CoreModule {
  HEAPU8 = new Uint8Array(0);
  HEAPU32 = new Uint32Array(0);
  readonly calls: string[] = [];
  readonly payloads: string[] = [];
  readonly pushes: unknown[] = [];
  sendsAtOnce = false;
  optionsJson = '';
  frame: CoreFrame = { text: null, data: null, at: 0 };
  sink: CoreSink = () => undefined;

  openClient(optionsJson: string, sink: CoreSink): CoreClient {
    this.optionsJson = optionsJson;
    this.sink = sink;
    return {
      run: (command, payload) => {
        this.calls.push(command);
        if (payload !== undefined) this.payloads.push(payload);
      },
      push: (...given) => {
        this.pushes.push(given);
        return this.sendsAtOnce;
      },
      record: () => new Uint8Array(),
      delete: () => {
        this.calls.push('delete');
      },
    };
  }

  /** Writes a batch after some other data, as the core does, and calls the sink. */
  batch(control: string, deliveries: WireDelivery[], lists: string[] = []): void {
    const encoder = new TextEncoder();
    const chunks: number[] = [];
    const place = (text: string | Uint8Array): [number, number] => {
      const bytes = typeof text === 'string' ? encoder.encode(text) : text;
      const at = chunks.length;
      chunks.push(...bytes);
      return [at, bytes.length];
    };
    const words = [...place(control), lists.length, ...lists.flatMap(place), deliveries.length];
    for (const { kind, subscribers, count, text, texts = [], place: placed, inFrame = [] } of deliveries) {
      words.push(kind, subscribers.length, count, ...subscribers);
      words.push(...(text === undefined ? (placed ?? []) : place(text)), ...texts.flatMap(place), ...inFrame);
    }
    const wordIndex = Math.ceil(chunks.length / 4) + 3;
    const memory = new ArrayBuffer((wordIndex + words.length) * 4);
    this.HEAPU8 = new Uint8Array(memory);
    this.HEAPU32 = new Uint32Array(memory);
    this.HEAPU8.set(chunks);
    this.HEAPU32.set(words, wordIndex);
    this.sink(wordIndex);
    this.HEAPU8.fill(0xff);
  }
}

function open(): { module: MemoryModule; engine: WasmEngine; batches: Batch[] } {
  const module = new MemoryModule();
  const batches: Batch[] = [];
  const engine = new WasmEngine(module, OPTIONS, (batch) => batches.push(batch));
  return { module, engine, batches };
}

describe('the engine over the wasm module', () => {
  it('gives options as flat JSON, and commands as they are', () => {
    const { module, engine } = open();
    engine.send(SUBSCRIBE);
    expect(JSON.parse(module.optionsJson)).toEqual({
      url: 'ws://h/realtime/v1',
      apikey: 'k',
      tokenCallback: false,
      lingerMs: 0,
    });
    expect(module.calls).toEqual([JSON.stringify(SUBSCRIBE)]);
  });

  it('copies a batch out of memory that changes right after', () => {
    const { module, batches } = open();
    const text = '{"data":{"record":{"name":"Zoë 🎉 \u0000 \ufeff"}},"ids":[1]}';
    module.batch('{"logs":[{"level":"info","message":"ü"}]}', [
      { kind: 0, subscribers: [7, 4_000_000_000], count: 1, text },
      { kind: 0, subscribers: [7], count: 1, text: '\ufeff{}' },
      { kind: 2, subscribers: [9, 10], count: 3 },
      { kind: 1, subscribers: [8], count: 2, text: `[${text},${text}]` },
    ]);
    expect(batches).toEqual([
      {
        control: { logs: [{ level: 'info', message: 'ü' }] },
        columnLists: [],
        deliveries: [
          { kind: 'each', subscribers: [7, 4_000_000_000], count: 1, text },
          { kind: 'each', subscribers: [7], count: 1, text: '\ufeff{}' },
          { kind: 'notify', subscribers: [9, 10], count: 3, text: '' },
          { kind: 'batch', subscribers: [8], count: 2, text: `[${text},${text}]` },
        ],
      },
    ]);
  });

  it('gives pushes as they are, and the payload of what is tracked beside its command', () => {
    const { module, engine, batches } = open();
    const bytes = new Uint8Array([0, 255]);
    engine.send({ ...PUSH, id: 1, event: 'e', payload: '{"ü":1}', ack: true, timeoutMs: 500 });
    engine.send({ ...PUSH, id: 2, event: 'é', payload: bytes, persist: { ttl: 5 }, everyMs: 50 });
    engine.send({ kind: 'track', channel: 4, payload: '{}' });
    expect(module.pushes).toEqual([
      [1, 4, true, 500, 0, 'e', '', '{"ü":1}'],
      [2, 4, false, 10_000, 50, 'é', '{"persist":{"ttl":5}}', bytes],
    ]);
    expect(module.calls).toEqual(['{"kind":"track","channel":4}']);
    expect(module.payloads).toEqual(['{}']);
    expect(batches).toEqual([]);
  });

  it('reports a push that the core has sent at once', () => {
    const { module, engine, batches } = open();
    module.sendsAtOnce = true;
    engine.send({ ...PUSH, id: 7, event: 'e', payload: '1' });
    expect(batches.map(({ control }) => control)).toEqual([{ pushes: [{ id: 7, outcome: 'ok', message: '' }] }]);
  });

  it('takes a payload that is in the frame from there, and copies what is elsewhere', () => {
    const { module, batches } = open();
    const data = new Uint8Array([4, 1, 1, 0, 1, 9, 9, 0x31, 0x32]);
    module.frame = { text: null, data, at: 5_000_000 };
    const named = { subscribers: [7], count: 0, texts: ['e', ''] };
    module.batch('', [
      { ...named, kind: 4, inFrame: [5_000_007, 2] },
      { ...named, kind: 5, inFrame: [5_000_009, 0] },
      { ...named, kind: 4, texts: ['e', '', '3'] },
      { ...named, kind: 5, texts: ['e', '', new Uint8Array([1])] },
    ]);
    expect(batches[0]?.deliveries).toEqual([
      { kind: 'broadcast', channels: [7], event: 'e', payload: data.subarray(7), ...plain, json: true },
      { kind: 'broadcast', channels: [7], event: 'e', payload: new Uint8Array(), ...plain },
      { kind: 'broadcast', channels: [7], event: 'e', payload: '3', ...plain },
      { kind: 'broadcast', channels: [7], event: 'e', payload: new Uint8Array([1]), ...plain },
    ]);
  });

  it('reads broadcasts and presence, and copies bytes once', () => {
    const { module, batches } = open();
    const bytes = new Uint8Array([0, 255]);
    module.batch('', [
      { kind: 4, subscribers: [7, 8], count: 0, texts: ['é', '', '{"a":1}'] },
      { kind: 5, subscribers: [7], count: 1, texts: ['e', 'id-1', bytes] },
      { kind: 6, subscribers: [8], count: 2, texts: ['0ann', '[{"phx_ref":"1"}]', '3', '[{}]'] },
      { kind: 0, subscribers: [9], count: 1, text: '{}' },
    ]);
    expect(batches[0]?.deliveries).toEqual([
      { kind: 'broadcast', channels: [7, 8], event: 'é', payload: '{"a":1}', ...plain },
      { kind: 'broadcast', channels: [7], event: 'e', payload: bytes, json: false, id: 'id-1', replayed: true },
      {
        kind: 'presence',
        channels: [8],
        changes: [
          { kind: 'join', key: 'ann', metas: '[{"phx_ref":"1"}]' },
          { kind: 'leave', key: '', metas: '[{}]' },
        ],
      },
      { kind: 'each', subscribers: [9], count: 1, text: '{}' },
    ]);
  });

  it('keeps names of events apart, however alike they are', () => {
    const { module, batches } = open();
    // Those of a row have the same length, beginning and end.
    const names = ['', 'a', 'abcd', 'acbd', 'aéd', 'a\u0080d', 'aøbd', '\ufeffa', '\ufeffa', 'é', 'e', '😀'];
    const twice = [...names, ...[...names].reverse(), ...names];
    for (const name of twice) module.batch('', [{ kind: 4, subscribers: [7], count: 0, texts: [name, '', '1'] }]);
    expect(batches.flatMap(({ deliveries }) => deliveries)).toEqual(
      twice.map((event) => ({ kind: 'broadcast', channels: [7], event, payload: '1', ...plain })),
    );
  });

  it('keeps lists of subscribers apart', () => {
    const { module, batches } = open();
    const lists = [[1, 2], [1, 2], [1, 3], [1, 2, 3], [1, 2], [1], [2]];
    for (const subscribers of lists) module.batch('', [{ kind: 2, subscribers, count: 1 }]);
    expect(batches.map(({ deliveries: [first] }) => first)).toEqual(
      lists.map((subscribers) => ({ kind: 'notify', subscribers, count: 1, text: '' })),
    );
  });

  it('hands over new lists of columns', () => {
    const { module, batches } = open();
    module.batch('', [], ['[{"name":"ü"}]', '[]']);
    expect(batches[0]?.columnLists).toEqual(['[{"name":"ü"}]', '[]']);
  });

  it('reads what is named by its place from the text of the frame that is being handled', () => {
    const { module, batches } = open();
    module.frame = { ...module.frame, text: '[null,"é",{"data":{},"ids":[1]}]' };
    module.batch('', [
      { kind: 3, subscribers: [7], count: 1, place: [10, 1] },
      { kind: 2, subscribers: [8], count: 2 },
    ]);
    expect(batches[0]?.deliveries).toEqual([
      { kind: 'each', subscribers: [7], count: 1, text: '{"data":{},"ids":[1]}' },
      { kind: 'notify', subscribers: [8], count: 2, text: '' },
    ]);
  });

  it('reports a batch that it can not read, and throws nothing into the core', () => {
    const { module, batches } = open();
    module.batch('{"status":', []);
    module.batch('{"logs":[]}', []);
    expect(batches).toHaveLength(2);
    expect(batches[0]?.control?.logs?.[0]).toMatchObject({
      level: 'error',
      message: expect.stringContaining('read') as string,
    });
  });

  it('knows a batch without control', () => {
    const { module, batches } = open();
    module.batch('', []);
    expect(batches).toEqual([{ control: null, columnLists: [], deliveries: [] }]);
  });

  it('closes at once, frees only after the stack is gone, and is deaf and dumb from then on', async () => {
    const { module, engine, batches } = open();
    const disposed = engine.dispose();
    expect(module.calls).toEqual(['{"kind":"dispose"}']);
    await disposed;
    expect(module.calls).toEqual(['{"kind":"dispose"}', 'delete']);
    await engine.dispose();
    engine.send(SUBSCRIBE);
    engine.send({ kind: 'stats' });
    module.batch('{}', []);
    expect(batches).toEqual([]);
    expect(module.calls).toHaveLength(2);
  });
});
