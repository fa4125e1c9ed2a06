import { BatchDecoder } from './batchDecoder.js';
import type { Batch, Command, Engine, EngineOptions, EngineSink } from './engine.js';
import type { CoreClient, CoreModule } from './wasmModule.js';

/** The engine over the WebAssembly module in this realm. */
export class WasmEngine implements Engine {
  readonly #batches: BatchDecoder;
  readonly #sink: EngineSink;
  #client: CoreClient | null;
  #closed = false;

  constructor(module: CoreModule, options: EngineOptions, sink: EngineSink) {
    this.#batches = new BatchDecoder(module);
    this.#sink = sink;
    const { tuning, ...rest } = options;
    this.#client = module.openClient(JSON.stringify({ ...rest, ...tuning }), (wordIndex) => {
      this.#receive(wordIndex);
    });
  }

  send(command: Command): void {
    if (command.kind !== 'push' && command.kind !== 'track') {
      this.#client?.run(JSON.stringify(command));
      return;
    }
    const { payload, ...rest } = command;
    const json = JSON.stringify(typeof payload === 'string' ? rest : { ...rest, bytes: true });
    this.#client?.run(json, payload);
  }

  async dispose(): Promise<void> {
    const client = this.#client;
    if (client === null) return;
    this.#client = null;
    this.#closed = true;
    client.run('{"kind":"dispose"}');
    // This may run inside a sink call, with the client on the stack below; freeing waits until that stack is gone.
    await Promise.resolve();
    client.delete();
  }

  #receive(wordIndex: number): void {
    if (this.#closed) return;
    // Nothing may be thrown from here: it would unwind the core's stack without its destructors.
    let batch: Batch;
    try {
      batch = this.#batches.read(wordIndex);
    } catch (error) {
      batch = logBatch(`a batch of the core can't be read: ${String(error)}`);
    }
    this.#sink(batch);
  }
}

function logBatch(message: string): Batch {
  return { control: { logs: [{ level: 'error', message }] }, columnLists: [], deliveries: [] };
}
