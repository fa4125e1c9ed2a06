/**
 * The WebAssembly module as Emscripten exports it, typed by hand. `tests/node/engine/wasmModule.test.ts` holds these types against the real
 * exports.
 */

/** One client of the core. Texts in are copied. */
export interface CoreClient {
  /** Takes the JSON of a `Command` of engine.ts but `push` and `record`, without its `payload`, or `{"kind":"dispose"}`. */
  run(commandJson: string, payload?: string): void;
  /**
   * The command `push`. `metadata`: JSON in ASCII, empty for none. Returns true when it was sent and needs no answer: then no batch has its outcome.
   */
  push(
    id: number,
    channel: number,
    ack: boolean,
    timeoutMs: number,
    everyMs: number,
    event: string,
    metadata: string,
    payload: string | Uint8Array,
  ): boolean;
  /** What was recorded, see docs/recording.md; empty when nothing is. */
  record(): Uint8Array<ArrayBuffer>;
  /** Frees the client. Once, after it is disposed, never inside a sink call, and nothing after it. */
  delete(): void;
}

/** Gets the position of a batch in `HEAPU32`, see batchDecoder.ts. Valid only during the call. */
export type CoreSink = (wordIndex: number) => void;

/** The frame that is being handled. */
export interface CoreFrame {
  /** As the socket gave it; null while none is, and for one that is not text. */
  readonly text: string | null;
  /** The same of one that is not text. */
  readonly data: Uint8Array<ArrayBuffer> | null;
  /** The place in `HEAPU8` that the core knows as that of `data`; only the front of it is there. */
  readonly at: number;
}

export interface CoreModule {
  readonly frame: CoreFrame;
  /** Read again for every use: the memory may have grown since. */
  readonly HEAPU8: Uint8Array<ArrayBuffer>;
  readonly HEAPU32: Uint32Array<ArrayBuffer>;
  openClient(optionsJson: string, sink: CoreSink): CoreClient;
}

/** What the loader hands to the module's factory. */
export interface CoreModuleArguments {
  /** Instantiates with the given imports and passes the instance on. Emscripten ignores the return value's content. */
  instantiateWasm(
    imports: WebAssembly.Imports,
    done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
  ): Record<string, never>;
  /** The address of a file, which nobody reads: without this the glue makes one from its own, and a bundle may have none. */
  locateFile(name: string): string;
  /** The class that sockets are made with. */
  webSocket: new (url: string, protocols?: string | string[]) => object;
  /** From how many characters on a frame comes into the heap by its ends first. */
  endsFrom: number;
}

export type CoreModuleFactory = (moduleArguments: CoreModuleArguments) => Promise<CoreModule>;
