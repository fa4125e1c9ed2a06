import type { OpenEngine } from './engine.js';
import { SwitchboardError } from '../api/errors.js';
import { importGlue } from './glue.js';
import { Loading, type Attempt } from '../base/loading.js';
import { importWebSocket, isNode, readFile } from './nodePlatform.js';
import type { WasmSource, WebSocketClass } from '../api/options.js';
import { packagedWasm, remedy, wasmAddress } from './wasmAddress.js';
import { WasmEngine } from './wasmEngine.js';
import type { CoreModule, CoreModuleArguments } from './wasmModule.js';

/** What distinguishes one module instance from another; null is the default of this runtime. */
interface ModuleKey {
  wasm: WasmSource | null;
  /** Whether it is to follow numbered changes. The application answers for that of its own `wasm`. */
  numbered: boolean;
  transport: WebSocketClass | null;
}

let loaded: { key: ModuleKey; loading: Loading<CoreModule> }[] = [];

/**
 * Opens engines on the WebAssembly core. The module is loaded at the first use and shared by all managers of this realm that use the same
 * `wasm` and `transport`; after a failure the next use tries again. It has failed when nothing comes for `timeoutMs`.
 */
export function wasmEngineOpener(key: ModuleKey, timeoutMs: number): OpenEngine {
  const open: OpenEngine = async (options, sink, signal) =>
    new WasmEngine(await loadCore(key, timeoutMs).until(signal), options, sink);
  open.restart = () => {
    find(key)?.restart();
  };
  return open;
}

function find({ wasm, numbered, transport }: ModuleKey): Loading<CoreModule> | undefined {
  loaded = loaded.filter(({ loading }) => !loading.failed);
  const isSame = (key: ModuleKey): boolean =>
    key.wasm === wasm && (wasm !== null || key.numbered === numbered) && key.transport === transport;
  return loaded.find(({ key }) => isSame(key))?.loading;
}

function loadCore(key: ModuleKey, timeoutMs: number): Loading<CoreModule> {
  const known = find(key);
  if (known !== undefined) return known;
  const loading = new Loading((attempt) => instantiate(key, attempt), timeoutMs);
  loaded.push({ key, loading });
  return loading;
}

async function instantiate({ wasm, numbered, transport }: ModuleKey, attempt: Attempt): Promise<CoreModule> {
  const [{ default: createModule }, module, webSocket] = await Promise.all([
    importGlue(attempt),
    compile(wasm ?? packagedWasm(numbered), attempt),
    transport ?? runtimeWebSocket(),
  ]);
  return new Promise((resolve, reject) => {
    const instantiateWasm: CoreModuleArguments['instantiateWasm'] = (imports, done) => {
      WebAssembly.instantiate(module, imports).then((instance) => {
        done(instance, module);
      }, reject);
      return {};
    };
    const locateFile = (name: string): string => name;
    createModule({ instantiateWasm, locateFile, webSocket, endsFrom: isNode() ? 4_096 : 384 }).then(resolve, reject);
  });
}

/**
 * Compiles from wherever the bytes are.
 *
 * @throws when they can't be had or are no WebAssembly.
 */
async function compile(source: WasmSource, { progress, signal }: Attempt): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  if (typeof source !== 'string' && !(source instanceof URL)) return WebAssembly.compile(source as BufferSource);
  const url = wasmAddress(source);
  if (url.protocol === 'file:' && isNode()) return WebAssembly.compile(await read(url));

  const response = await fetch(url, { signal });
  progress();
  if (!response.ok) throw new Error(`${shown(url)} answered ${response.status}${remedy(url)}`);
  try {
    return await WebAssembly.compileStreaming(watched(response, progress));
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError)) throw error;
    const type = response.headers.get('content-type') ?? 'none';
    throw new Error(`${shown(url)} is no WebAssembly (content type ${type})${remedy(url)}`, { cause: error });
  }
}

function read(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  return readFile(url).catch((cause: unknown) => {
    throw new Error(`${shown(url)} can't be read${remedy(url)}`, { cause });
  });
}

/** The same bytes, each part reported as it comes. Streaming compilation insists on the right type; servers that don't know .wasm are common. */
function watched({ body }: Response, progress: () => void): Response {
  const reader = body?.getReader();
  const stream = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const part = await reader?.read();
      progress();
      if (part?.value === undefined) controller.close();
      else controller.enqueue(part.value);
    },
    cancel: (reason) => reader?.cancel(reason),
  });
  return new Response(stream, { headers: { 'content-type': 'application/wasm' } });
}

/** Without what may be a secret: a user, a query, a fragment. */
function shown({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${pathname}`;
}

async function runtimeWebSocket(): Promise<WebSocketClass> {
  // Node's own types declare it, Node 20 has none.
  const own = (globalThis as { WebSocket?: WebSocketClass }).WebSocket;
  if (own !== undefined) return own;
  const remedyFor = (problem: string, cause?: unknown): SwitchboardError =>
    new SwitchboardError('LOAD_FAILED', 'transport', `${problem}: give a class as the option \`transport\`.`, cause);
  if (!isNode()) throw remedyFor('This runtime has no WebSocket');
  try {
    return await importWebSocket();
  } catch (error) {
    throw remedyFor('This runtime has no WebSocket, and the package ws could not be loaded', error);
  }
}
