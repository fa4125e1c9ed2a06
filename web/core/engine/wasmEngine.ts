import type { Engine, Batch, EngineOptions, EngineSink, Evidence, SubscriptionSpec } from './engine.js';
import type { EngineStats } from '../api/realtimeManager.js';
import { BatchDecoder } from './batchDecoder.js';
import type { ReasonCode } from '../api/reasons.js';
import { Command, type CoreClient, type CoreModule } from './wasmModule.js';

/** The engine over the WebAssembly module in this realm. */
export class WasmEngine implements Engine {
  readonly #flushes: BatchDecoder;
  readonly #sink: EngineSink;
  #client: CoreClient | null;
  #closed = false;

  constructor(module: CoreModule, options: EngineOptions, sink: EngineSink) {
    this.#flushes = new BatchDecoder(module);
    this.#sink = sink;
    const { tuning, ...rest } = options;
    this.#client = module.openClient(JSON.stringify({ ...rest, ...tuning }), (wordIndex) => {
      this.#receive(wordIndex);
    });
  }

  subscribe(id: number, spec: SubscriptionSpec): void {
    const refusal = this.#run(Command.Subscribe, id, JSON.stringify(spec));
    if (refusal !== '') this.#sink(refusalBatch(id, refusal));
  }

  unsubscribe(id: number): void {
    this.#run(Command.Unsubscribe, id);
  }

  unsubscribeAll(): void {
    this.#run(Command.UnsubscribeAll);
  }

  pause(id: number): void {
    this.#run(Command.Pause, id);
  }

  resume(id: number): void {
    this.#run(Command.Resume, id);
  }

  reconnectAll(): void {
    this.#run(Command.ReconnectAll);
  }

  provideToken(request: number, token: string): void {
    this.#run(Command.ProvideToken, request, token);
  }

  failToken(request: number, message: string): void {
    this.#run(Command.FailToken, request, message);
  }

  signal(evidence: Evidence): void {
    this.#run(Command.Signal, 0, evidence);
  }

  stats(): EngineStats | null {
    return this.#client === null ? null : (JSON.parse(this.#run(Command.Stats)) as EngineStats);
  }

  async dispose(): Promise<void> {
    const client = this.#client;
    if (client === null) return;
    this.#client = null;
    this.#closed = true;
    client.run(Command.Dispose, 0, '');
    // This may run inside a sink call, with the client on the stack below; freeing waits until that stack is gone.
    await Promise.resolve();
    client.delete();
  }

  /** What the core answers; '' after the end. */
  #run(command: Parameters<CoreClient['run']>[0], number = 0, text = ''): string {
    return this.#client?.run(command, number, text) ?? '';
  }

  #receive(wordIndex: number): void {
    if (this.#closed) return;
    // Nothing may be thrown from here: it would unwind the core's stack without its destructors.
    let batch: Batch;
    try {
      batch = this.#flushes.read(wordIndex);
    } catch (error) {
      batch = logBatch(`a flush of the core can't be read: ${String(error)}`);
    }
    this.#sink(batch);
  }
}

function logBatch(message: string): Batch {
  return { control: { logs: [{ level: 'error', message }] }, columnLists: [], deliveries: [] };
}

function refusalBatch(id: number, refusal: string): Batch {
  const { code, message } = JSON.parse(refusal) as { code: ReasonCode; message: string };
  const now = Date.now();
  const common = { code, message, retryable: false, nextRetryAt: null };
  return {
    control: {
      status: {
        subscriptions: [{ id, state: 'parked', mode: 'paused', since: now, attempts: 0, ...common }],
        refused: [id],
      },
      notices: [{ subscription: id, status: 'CHANNEL_ERROR', ...common }],
    },
    columnLists: [],
    deliveries: [],
  };
}
