import type { Engine } from './engine.js';
import { disposedError, SwitchboardError } from '../api/errors.js';
import { retryDelay } from '../base/backoff.js';

/** What happens to the slot. */
export interface EngineSlotEvents {
  /** The engine is there; nothing has been sent to it. */
  opened(engine: Engine): void;
  /** It could not be opened; times in Unix ms. */
  failed(message: string, attempts: number, nextRetryAt: number): void;
}

/**
 * Holds the engine: opens it at the first need, and tries again with full jitter (base 1 s, cap 30 s) when that fails, since the core's file may be
 * out of reach just when the network is. Gives the engine back at dispose, also one that arrives late.
 */
export class EngineSlot {
  readonly #open: (signal: AbortSignal) => Promise<Engine>;
  readonly #restart: () => void;
  readonly #events: EngineSlotEvents;
  #engine: Engine | null = null;
  #opening: Promise<Engine> | null = null;
  #retry: ReturnType<typeof setTimeout> | null = null;
  #attempts = 0;
  readonly #end = new AbortController();

  /** `open` gets a signal that fires at dispose. `restart` is called while it is under way and may hang. */
  constructor(open: (signal: AbortSignal) => Promise<Engine>, restart: () => void, events: EngineSlotEvents) {
    this.#open = open;
    this.#restart = restart;
    this.#events = events;
  }

  /** Null before it is open and after dispose. */
  get engine(): Engine | null {
    return this.#engine;
  }

  /** Whether it was ever asked for. */
  get started(): boolean {
    return this.#opening !== null || this.#engine !== null || this.#retry !== null;
  }

  /** Opens the engine unless that is under way or waiting for its next attempt. */
  start(): void {
    if (!this.started) this.retryNow();
  }

  /** Starts the next attempt without waiting, if one is due or none was made; starts one again that hangs. */
  retryNow(): void {
    if (this.#opening !== null) this.#restart();
    // The failure is reported through the events.
    this.open().catch(() => undefined);
  }

  /** @throws SwitchboardError LOAD_FAILED when this attempt fails, DISPOSED when the slot is gone. */
  open(): Promise<Engine> {
    if (this.#end.signal.aborted) return Promise.reject(disposedError());
    if (this.#engine !== null) return Promise.resolve(this.#engine);
    this.#opening ??= this.#attempt();
    return this.#opening;
  }

  async dispose(): Promise<void> {
    this.#end.abort();
    this.#clearRetry();
    const engine = this.#engine;
    this.#engine = null;
    await engine?.dispose();
  }

  async #attempt(): Promise<Engine> {
    this.#clearRetry();
    let engine: Engine;
    try {
      engine = await Promise.resolve().then(() => this.#open(this.#end.signal));
    } catch (error) {
      this.#opening = null;
      throw this.#failed(error);
    }
    this.#opening = null;
    if (this.#end.signal.aborted) {
      await engine.dispose();
      throw disposedError();
    }
    this.#engine = engine;
    this.#attempts = 0;
    this.#events.opened(engine);
    return engine;
  }

  #failed(error: unknown): SwitchboardError {
    if (this.#end.signal.aborted) return disposedError();
    const failure = loadError(error);
    const { message } = failure;
    const delay = retryDelay(this.#attempts);
    this.#attempts += 1;
    this.#retry = setTimeout(() => {
      this.#retry = null;
      this.retryNow();
    }, delay);
    this.#events.failed(message, this.#attempts, Math.round(Date.now() + delay));
    return failure;
  }

  #clearRetry(): void {
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
  }
}

/** The error as it is where it names what could not be loaded; else that was the core itself. */
function loadError(error: unknown): SwitchboardError {
  if (error instanceof SwitchboardError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new SwitchboardError('LOAD_FAILED', 'wasm', `The WebAssembly core could not be loaded: ${reason}`, error);
}
