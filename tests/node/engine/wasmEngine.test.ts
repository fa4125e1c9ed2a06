import { describe, expect, it } from 'vitest';
import type { Batch, EngineOptions } from '../../../web/core/engine/engine.js';
import { WasmEngine } from '../../../web/core/engine/wasmEngine.js';
import {
  Command,
  type CoreClient,
  type CoreFrame,
  type CoreModule,
  type CoreSink,
} from '../../../web/core/engine/wasmModule.js';

const OPTIONS: EngineOptions = {
  url: 'ws://h/realtime/v1',
  apikey: 'k',
  tokenCallback: false,
  tuning: { lingerMs: 0 },
};

interface WireDelivery {
  kind: number;
  subscribers: number[];
  count: number;
  text?: string;
  /** In place of the text. */
  place?: [number, number];
}

/** A module whose memory the test fills; its one client records calls. */
class MemoryModule implements CoreModule {
  HEAPU8 = new Uint8Array(0);
  HEAPU32 = new Uint32Array(0);
  readonly calls: string[] = [];
  optionsJson = '';
  frame: CoreFrame = { text: null };
  refusal = '';
  sink: CoreSink = () => undefined;

  openClient(optionsJson: string, sink: CoreSink): CoreClient {
    this.optionsJson = optionsJson;
    this.sink = sink;
    return {
      run: (command, number, text) => {
        if (command === Command.Stats) return '{"sockets":1,"channels":2}';
        const name = Object.entries(Command).find(([, value]) => value === command)?.[0];
        this.calls.push(`${String(name)} ${String(number)} ${text}`.trimEnd());
        return command === Command.Subscribe ? this.refusal : '';
      },
      delete: () => {
        this.calls.push('delete');
      },
    };
  }

  /** Writes a flush behind some other data, as the core does, and calls the sink. */
  flush(control: string, deliveries: WireDelivery[], lists: string[] = []): void {
    const encoder = new TextEncoder();
    const chunks: number[] = [];
    const place = (text: string): [number, number] => {
      const bytes = encoder.encode(text);
      const at = chunks.length;
      chunks.push(...bytes);
      return [at, bytes.length];
    };
    const words = [...place(control), lists.length, ...lists.flatMap(place), deliveries.length];
    for (const { kind, subscribers, count, text, place: inFrame } of deliveries) {
      words.push(kind, subscribers.length, count, ...subscribers);
      words.push(...(text === undefined ? (inFrame ?? []) : place(text)));
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
  it('gives options and specs as flat JSON', () => {
    const { module, engine } = open();
    engine.subscribe(3, { schema: 'public', table: 't', event: '*' });
    expect(JSON.parse(module.optionsJson)).toEqual({
      url: 'ws://h/realtime/v1',
      apikey: 'k',
      tokenCallback: false,
      lingerMs: 0,
    });
    expect(module.calls).toEqual(['Subscribe 3 {"schema":"public","table":"t","event":"*"}']);
  });

  it('copies a flush out of memory that changes right after', () => {
    const { module, batches } = open();
    const text = '{"data":{"record":{"name":"Zoë 🎉 \u0000 \ufeff"}},"ids":[1]}';
    module.flush('{"logs":[{"level":"info","message":"ü"}]}', [
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

  it('hands over new lists of columns', () => {
    const { module, batches } = open();
    module.flush('', [], ['[{"name":"ü"}]', '[]']);
    expect(batches[0]?.columnLists).toEqual(['[{"name":"ü"}]', '[]']);
  });

  it('reads what is named by its place from the text of the frame that is being handled', () => {
    const { module, batches } = open();
    module.frame = { text: '[null,"é",{"data":{},"ids":[1]}]' };
    module.flush('', [
      { kind: 3, subscribers: [7], count: 1, place: [10, 1] },
      { kind: 2, subscribers: [8], count: 2 },
    ]);
    expect(batches[0]?.deliveries).toEqual([
      { kind: 'each', subscribers: [7], count: 1, text: '{"data":{},"ids":[1]}' },
      { kind: 'notify', subscribers: [8], count: 2, text: '' },
    ]);
  });

  it('reports a flush that it can not read, and throws nothing into the core', () => {
    const { module, batches } = open();
    module.flush('{"status":', []);
    module.flush('{"logs":[]}', []);
    expect(batches).toHaveLength(2);
    expect(batches[0]?.control?.logs?.[0]).toMatchObject({
      level: 'error',
      message: expect.stringContaining('read') as string,
    });
  });

  it('knows a flush without control', () => {
    const { module, batches } = open();
    module.flush('', []);
    expect(batches).toEqual([{ control: null, columnLists: [], deliveries: [] }]);
  });

  it('turns a refusal of the core into a parked subscription', () => {
    const { module, engine, batches } = open();
    module.refusal = '{"code":"INVALID_OPTION","message":"no such thing","option":"filter"}';
    engine.subscribe(3, { schema: 'public', table: 't', event: '*' });
    expect(batches[0]?.control).toMatchObject({
      status: { subscriptions: [{ id: 3, state: 'parked', code: 'INVALID_OPTION', message: 'no such thing' }] },
      notices: [{ subscription: 3, status: 'CHANNEL_ERROR', retryable: false }],
    });
  });

  it('passes all other commands on as they are', () => {
    const { module, engine } = open();
    engine.unsubscribe(1);
    engine.unsubscribeAll();
    engine.pause(4);
    engine.resume(5);
    engine.reconnectAll();
    engine.provideToken(2, 'token');
    engine.failToken(3, 'why');
    engine.signal('online');
    expect(module.calls).toEqual([
      'Unsubscribe 1',
      'UnsubscribeAll 0',
      'Pause 4',
      'Resume 5',
      'ReconnectAll 0',
      'ProvideToken 2 token',
      'FailToken 3 why',
      'Signal 0 online',
    ]);
    expect(engine.stats()).toEqual({ sockets: 1, channels: 2 });
  });

  it('closes at once, frees only after the stack is gone, and is deaf and dumb from then on', async () => {
    const { module, engine, batches } = open();
    const disposed = engine.dispose();
    expect(module.calls).toEqual(['Dispose 0']);
    await disposed;
    expect(module.calls).toEqual(['Dispose 0', 'delete']);
    await engine.dispose();
    engine.subscribe(3, { schema: 'public', table: 't', event: '*' });
    engine.unsubscribe(3);
    expect(engine.stats()).toBeNull();
    module.flush('{}', []);
    expect(batches).toEqual([]);
    expect(module.calls).toHaveLength(2);
  });
});
