/**
 * The WebAssembly module as Emscripten exports it, typed by hand. `tests/node/engine/wasmModule.test.ts` holds these types against the real
 * exports.
 */

/** What a client can be asked, by the numbers of `Command` in bindings/realtime_client.h, which says what each takes and answers. */
export const Command = {
  Subscribe: 0,
  Unsubscribe: 1,
  UnsubscribeAll: 2,
  Pause: 3,
  Resume: 4,
  ReconnectAll: 5,
  ProvideToken: 6,
  FailToken: 7,
  Signal: 8,
  Stats: 9,
  Dispose: 10,
} as const;

/** One client of the core. Texts in and out are copied. */
export interface CoreClient {
  /** `number` is a whole number of at most 32 bits; 0 and '' where the command takes none. Returns what the command answers, or ''. */
  run(command: (typeof Command)[keyof typeof Command], number: number, text: string): string;
  /** Frees the client. Once, after `Dispose`, never inside a sink call, and nothing after it. */
  delete(): void;
}

/** Gets the position of a flush in `HEAPU32`, see wasmEngine.ts. Valid only during the call. */
export type CoreSink = (wordIndex: number) => void;

/** The frame that is being handled. */
export interface CoreFrame {
  /** As the socket gave it; null while none is, and for one that is not text. */
  readonly text: string | null;
}

export interface CoreModule {
  readonly frame: CoreFrame;
  /** Read anew for every use: the memory may have grown since. */
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
