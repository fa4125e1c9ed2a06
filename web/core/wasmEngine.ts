import type {
  ControlMessage,
  Delivery,
  Engine,
  EngineBatch,
  EngineOptions,
  EngineSink,
  EngineStats,
  Evidence,
  SubscriptionSpec,
} from './engine.js';
import type { ReasonCode } from './reasons.js';
import type { CoreClient, CoreModule } from './wasmModule.js';

const KINDS = ['each', 'batch', 'notify'] as const;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The engine over the WebAssembly module in this realm. */
export class WasmEngine implements Engine {
  readonly #module: CoreModule;
  readonly #sink: EngineSink;
  #client: CoreClient | null;
  #closed = false;

  constructor(module: CoreModule, options: EngineOptions, sink: EngineSink) {
    this.#module = module;
    this.#sink = sink;
    const { tuning, ...rest } = options;
    this.#client = new module.RealtimeClient(JSON.stringify({ ...rest, ...tuning }), (wordIndex) => {
      this.#receive(wordIndex);
    });
  }

  subscribe(id: number, spec: SubscriptionSpec): void {
    const refusal = this.#client?.subscribe(id, JSON.stringify(spec)) ?? '';
    if (refusal !== '') this.#sink(refusalBatch(id, refusal));
  }

  unsubscribe(id: number): void {
    this.#client?.unsubscribe(id);
  }

  unsubscribeAll(): void {
    this.#client?.unsubscribeAll();
  }

  pause(id: number): void {
    this.#client?.pause(id);
  }

  resume(id: number): void {
    this.#client?.resume(id);
  }

  reconnectAll(): void {
    this.#client?.reconnectAll();
  }

  provideToken(request: number, token: string): void {
    this.#client?.provideToken(request, token);
  }

  failToken(request: number, message: string): void {
    this.#client?.failToken(request, message);
  }

  signal(evidence: Evidence): void {
    this.#client?.signal(evidence);
  }

  stats(): EngineStats | null {
    return this.#client === null ? null : (JSON.parse(this.#client.stats()) as EngineStats);
  }

  async dispose(): Promise<void> {
    const client = this.#client;
    if (client === null) return;
    this.#client = null;
    this.#closed = true;
    client.dispose();
    // This may run inside a sink call, with the client on the stack below; freeing waits until that stack is gone.
    await Promise.resolve();
    client.delete();
  }

  #receive(wordIndex: number): void {
    if (this.#closed) return;
    // Nothing may be thrown from here: it would unwind the core's stack without its destructors.
    let batch: EngineBatch;
    try {
      batch = readBatch(this.#module, wordIndex);
    } catch (error) {
      batch = logBatch(`a flush of the core can't be read: ${String(error)}`);
    }
    this.#sink(batch);
  }
}

/**
 * Copies one flush out of the module's memory. Words: control pointer and length, number of deliveries; then per delivery its kind, number of
 * subscribers and of changes, the subscriber ids, and, unless it only notifies, pointer and length of its text.
 */
export function readBatch(module: CoreModule, wordIndex: number): EngineBatch {
  const words = module.HEAPU32;
  const bytes = module.HEAPU8;
  let at = wordIndex;
  const word = (): number => words[at++] ?? 0;
  const text = (): string => {
    const start = word();
    return decoder.decode(bytes.subarray(start, start + word()));
  };

  const control = text();
  const deliveries: Delivery[] = [];
  for (let left = word(); left > 0; left -= 1) {
    const kind = KINDS[word()] ?? 'each';
    const subscriberCount = word();
    const count = word();
    const subscribers: number[] = [];
    for (let i = 0; i < subscriberCount; i += 1) subscribers.push(word());
    deliveries.push({ kind, subscribers, count, text: kind === 'notify' ? '' : text() });
  }
  return { control: control === '' ? null : (JSON.parse(control) as ControlMessage), deliveries };
}

function logBatch(message: string): EngineBatch {
  return { control: { logs: [{ level: 'error', message }] }, deliveries: [] };
}

function refusalBatch(id: number, refusal: string): EngineBatch {
  const { code, message } = JSON.parse(refusal) as { code: ReasonCode; message: string };
  const now = Date.now();
  const common = { code, message, retryable: false, nextRetryAt: null };
  return {
    control: {
      status: { subscriptions: [{ id, state: 'parked', mode: 'paused', since: now, attempts: 0, ...common }] },
      notices: [{ subscription: id, status: 'CHANNEL_ERROR', ...common }],
    },
    deliveries: [],
  };
}
