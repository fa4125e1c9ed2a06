import type { OpenEngine } from './engine.js';
import { importWebSocket, isNode, readFile } from './nodePlatform.js';
import type { WasmSource, WebSocketClass } from './options.js';
import { packagedWasm, remedy, wasmAddress } from './wasmAddress.js';
import { WasmEngine } from './wasmEngine.js';
import type { CoreModule, CoreModuleArguments } from './wasmModule.js';

/** What distinguishes one module instance from another; null is the default of this runtime. */
interface ModuleKey {
  wasm: WasmSource | null;
  transport: WebSocketClass | null;
}

const loaded: { key: ModuleKey; module: Promise<CoreModule> }[] = [];

/**
 * Opens engines on the WebAssembly core. The module is loaded at the first use and shared by all managers of this realm that use the same
 * `wasm` and `transport`; after a failure the next use tries again.
 */
export function wasmEngineOpener(key: ModuleKey): OpenEngine {
  return async (options, sink) => new WasmEngine(await loadCore(key), options, sink);
}

function loadCore(key: ModuleKey): Promise<CoreModule> {
  const known = loaded.find((entry) => entry.key.wasm === key.wasm && entry.key.transport === key.transport);
  if (known !== undefined) return known.module;
  const entry = { key, module: instantiate(key) };
  loaded.push(entry);
  entry.module.catch(() => loaded.splice(loaded.indexOf(entry), 1));
  return entry.module;
}

async function instantiate({ wasm, transport }: ModuleKey): Promise<CoreModule> {
  const [{ default: createModule }, module, webSocket] = await Promise.all([
    import('../wasm/switchboard.js'),
    compile(wasm ?? packagedWasm()),
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
 * Compiles from wherever the bytes are. Exported for tests.
 *
 * @throws when they can't be had or are no WebAssembly.
 */
export async function compile(source: WasmSource): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  if (typeof source !== 'string' && !(source instanceof URL)) return WebAssembly.compile(source as BufferSource);
  const url = wasmAddress(source);
  if (url.protocol === 'file:' && isNode()) return WebAssembly.compile(await read(url));

  const response = await fetch(url);
  const type = response.headers.get('content-type') ?? 'none';
  if (!response.ok) throw new Error(`${url.href} answered ${response.status}${remedy(url)}`);
  // Streaming compilation insists on the right type; servers that don't know .wasm are common.
  if (type.startsWith('application/wasm')) return WebAssembly.compileStreaming(response);
  try {
    return await WebAssembly.compile(await response.arrayBuffer());
  } catch (error) {
    throw new Error(`${url.href} is no WebAssembly (content type ${type})${remedy(url)}`, { cause: error });
  }
}

function read(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  return readFile(url).catch((cause: unknown) => {
    throw new Error(`${url.href} can't be read${remedy(url)}`, { cause });
  });
}

function runtimeWebSocket(): WebSocketClass | Promise<WebSocketClass> {
  // Node's own types declare it, Node 20 has none.
  const own = (globalThis as { WebSocket?: WebSocketClass }).WebSocket;
  if (own !== undefined) return own;
  if (isNode()) return importWebSocket();
  throw new Error('this runtime has no WebSocket: give a class as the option `transport`');
}
