import { BatchDecoder } from './batchDecoder.js';
import type { Batch, Command, ControlMessage, Engine, EngineOptions, EngineSink, PushCommand } from './engine.js';
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
    if (command.kind === 'push') this.#push(command);
    else if (command.kind === 'record') this.#record();
    else if (command.kind === 'rpcAnswer') {
      const { text, ...rest } = command;
      this.#client?.run(JSON.stringify(rest), text);
    } else if (command.kind === 'track') {
      const { payload, ...rest } = command;
      this.#client?.run(JSON.stringify(rest), payload);
    } else this.#client?.run(JSON.stringify(command));
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

  #push({ id, channel, event, payload, persist, ack, timeoutMs, everyMs }: PushCommand): void {
    const metadata = persist === null ? '' : JSON.stringify({ persist });
    const isSent = this.#client?.push(id, channel, ack, timeoutMs, everyMs ?? 0, event, metadata, payload);
    if (isSent === true && !this.#closed) this.#sink(controlBatch({ pushes: [{ id, outcome: 'ok', message: '' }] }));
  }

  #record(): void {
    const recording = this.#client?.record();
    if (recording !== undefined) this.#sink(controlBatch({ recording }));
  }

  #receive(wordIndex: number): void {
    if (this.#closed) return;
    // Nothing may be thrown from here: it would unwind the core's stack without its destructors.
    let batch: Batch;
    try {
      batch = this.#batches.read(wordIndex);
    } catch (error) {
      const message = `a batch of the core can't be read: ${String(error)}`;
      batch = controlBatch({ logs: [{ level: 'error', message }] });
    }
    this.#sink(batch);
  }
}

function controlBatch(control: ControlMessage): Batch {
  return { control, columnLists: [], deliveries: [] };
}
