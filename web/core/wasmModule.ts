/**
 * The WebAssembly module as Emscripten exports it, typed by hand. `tests/node/wasmModule.test.ts` holds these types against the real
 * exports.
 */

/** One client of the core. Strings in and out are copied; ids are whole numbers of at most 32 bits. */
export interface CoreClient {
  /** Empty, or why the core refuses: `{"code","message","option"}`. */
  subscribe(id: number, specJson: string): string;
  unsubscribe(id: number): void;
  unsubscribeAll(): void;
  /** From now on the subscription gets nothing; what comes in is held for it, up to a bound. Unknown ids are ignored. */
  pause(id: number): void;
  resume(id: number): void;
  reconnectAll(): void;
  /** Answers a token request; request 0 is the application's own `setAuth`; an empty token is none. */
  provideToken(request: number, token: string): void;
  failToken(request: number, message: string): void;
  signal(evidence: string): void;
  /** Live counts and totals as JSON. */
  stats(): string;
  /** Closes everything. The sink is not called after it returned. */
  dispose(): void;
  /** Frees the object. After `dispose`, and never inside a sink call. */
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
  readonly RealtimeClient: new (optionsJson: string, sink: CoreSink) => CoreClient;
}

/** What the loader hands to the module's factory. */
export interface CoreModuleArguments {
  /** Instantiates with the given imports and passes the instance on. Emscripten ignores the return value's content. */
  instantiateWasm(
    imports: WebAssembly.Imports,
    done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
  ): Record<string, never>;
  /** The class that sockets are made with. */
  webSocket: new (url: string, protocols?: string | string[]) => object;
  /** From how many characters on a frame comes into the heap by its ends first. */
  endsFrom: number;
}

export type CoreModuleFactory = (moduleArguments: CoreModuleArguments) => Promise<CoreModule>;
