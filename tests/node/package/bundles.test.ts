import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createContext, Script } from 'node:vm';
import { build, type Format } from 'esbuild';
import type { createRealtimeManager, WasmSource } from 'switchboard-realtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

interface Entry {
  createRealtimeManager: typeof createRealtimeManager;
}

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('../../..', import.meta.url));
const wasmFile = require.resolve('switchboard-realtime/switchboard.wasm');
let folder: string;
let bytes: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bundles-'));
  bytes = new Uint8Array(await readFile(wasmFile));
});

afterAll(() => rm(folder, { recursive: true }));

async function bundle(format: Format): Promise<string> {
  const contents = "export { createRealtimeManager } from 'switchboard-realtime';";
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root },
    format,
    globalName: 'switchboard',
    bundle: true,
    write: false,
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
}

/** A runtime that has the web's interfaces and no files, no page, no address and no Node, such as workerd. */
function bareRuntime(script: string): Entry {
  const own = { WebAssembly, TextEncoder, TextDecoder, URL, Response, fetch, crypto, performance, queueMicrotask };
  const timers = { setTimeout, clearTimeout, setInterval, clearInterval };
  const context = createContext({ ...own, ...timers, AbortController, AbortSignal, console });
  new Script(script).runInContext(context);
  return new Script('switchboard').runInContext(context) as Entry;
}

/** Loads the core with this option and gives everything back. */
async function load(entry: Entry, wasm: WasmSource | undefined): Promise<void> {
  class ClosedSocket {
    readonly readyState = 3;
  }
  const endpoint = { url: 'ws://127.0.0.1:9/realtime/v1', apikey: 'anon', logger: null };
  const manager = entry.createRealtimeManager({ ...endpoint, transport: ClosedSocket, ...(wasm && { wasm }) });
  try {
    await manager.ready();
    expect(manager.stats().core).toMatchObject({ subscriptions: 0 });
  } finally {
    await manager.dispose();
  }
}

describe('the package exports its .wasm', () => {
  it('for import and require, as the file that it loads itself', async () => {
    expect(import.meta.resolve('switchboard-realtime/switchboard.wasm')).toBe(pathToFileURL(wasmFile).href);
    expect(WebAssembly.Module.exports(await WebAssembly.compile(bytes)).length).toBeGreaterThan(0);
  });

  it('also that for numbered changes, which fits the same script', async () => {
    const numbered = await WebAssembly.compile(
      await readFile(require.resolve('switchboard-realtime/switchboard-numbered.wasm')),
    );
    const plain = await WebAssembly.compile(bytes);
    expect(WebAssembly.Module.exports(numbered)).toEqual(WebAssembly.Module.exports(plain));
    expect(WebAssembly.Module.imports(numbered)).toEqual(WebAssembly.Module.imports(plain));
  });
});

describe('the package exports the script of the worker for all tabs', () => {
  const file = require.resolve('switchboard-realtime/tabs-worker.js');

  it('for import and require, as the file that the package starts itself', async () => {
    expect(import.meta.resolve('switchboard-realtime/tabs-worker.js')).toBe(pathToFileURL(file).href);
    const address = join(root, 'web/dist/core/tabs/carriers/workerAddress.js');
    const { packagedWorker } = (await import(pathToFileURL(address).href)) as { packagedWorker: () => URL };
    expect(packagedWorker().href).toBe(pathToFileURL(file).href);
  });

  it('which is one script that imports nothing and that a bundler keeps for its effects', async () => {
    const { metafile, outputFiles } = await build({
      stdin: { contents: "import 'switchboard-realtime/tabs-worker.js';", resolveDir: root },
      ...{ bundle: true, write: false, metafile: true, minify: true, format: 'iife', logLevel: 'error' },
    });
    const inputs = Object.keys(metafile.inputs).filter((path) => path !== '<stdin>');
    expect(inputs.map((path) => join(process.cwd(), path))).toEqual([file]);
    expect(outputFiles[0]?.text).toContain('onconnect');
  });
});

describe("esbuild's bundle", () => {
  it.each(['iife', 'cjs', 'esm'] as const)('as %s loads the core from the option `wasm`, in Node', async (format) => {
    const file = join(folder, format === 'esm' ? 'bundle.mjs' : `${format}.cjs`);
    const script = await bundle(format);
    await writeFile(file, format === 'iife' ? `${script}\nmodule.exports = switchboard;` : script);
    const entry = (format === 'esm' ? await import(pathToFileURL(file).href) : require(file)) as Entry;
    await load(entry, bytes);
    await load(entry, pathToFileURL(wasmFile));
    await load(entry, pathToFileURL(wasmFile).href);
  });

  it('as iife loads the core where there is no page, no address and no Node', async () => {
    const entry = bareRuntime(await bundle('iife'));
    await load(entry, await WebAssembly.compile(bytes));
    await load(entry, bytes);
  });

  it('as iife says what to do without the option, and with an address that is relative to nothing', async () => {
    const entry = bareRuntime(await bundle('iife'));
    const failure = (message: RegExp) => ({ code: 'LOAD_FAILED', message: expect.stringMatching(message) as string });
    await expect(load(entry, undefined)).rejects.toMatchObject(failure(/switchboard\.wasm as the option `wasm`$/));
    await expect(load(entry, 'a.wasm')).rejects.toMatchObject(
      failure(/"a\.wasm", which is no address here: give an abs/),
    );
  });
});
