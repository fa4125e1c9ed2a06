import type { MessagePort } from 'node:worker_threads';
import { SwitchboardError, type SwitchboardErrorCode } from '../../../../web/core/api/errors.js';
import type { Command, Engine, EngineOptions, EngineSink } from '../../../../web/core/engine/engine.js';
import type { FromHost, ToHost } from './engineHost.js';

/** An engine at the other end of a port. */
export class PortEngine implements Engine {
  readonly #port: MessagePort;
  readonly #sink: EngineSink;
  #opened: { resolve: (engine: Engine) => void; reject: (error: unknown) => void } | null = null;
  #closed: (() => void) | null = null;
  #disposal: Promise<void> | null = null;

  constructor(port: MessagePort, sink: EngineSink) {
    this.#port = port;
    this.#sink = sink;
    port.on('message', (message: FromHost) => {
      this.#receive(message);
    });
  }

  open(options: EngineOptions, signal: AbortSignal): Promise<Engine> {
    signal.addEventListener('abort', () => {
      if (this.#opened !== null) void this.dispose();
    });
    return new Promise((resolve, reject) => {
      this.#opened = { resolve, reject };
      this.#post({ open: options });
    });
  }

  send(command: Command): void {
    if (this.#disposal === null) this.#post({ command });
  }

  dispose(): Promise<void> {
    this.#disposal ??= new Promise((resolve) => {
      this.#closed = resolve;
      this.#post({ close: true });
    });
    return this.#disposal;
  }

  #post(message: ToHost): void {
    this.#port.postMessage(message);
  }

  #receive(message: FromHost): void {
    if ('batch' in message) {
      if (this.#disposal === null) this.#sink(message.batch);
    } else if ('opened' in message) {
      this.#opened?.resolve(this);
      this.#opened = null;
    } else if ('failed' in message) {
      const { code, message: text } = message.failed;
      this.#opened?.reject(
        code === '' ? new Error(text) : new SwitchboardError(code as SwitchboardErrorCode, 'wasm', text),
      );
      this.#opened = null;
      this.#port.close();
    } else {
      this.#closed?.();
      this.#port.close();
    }
  }
}
