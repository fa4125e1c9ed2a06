// @ts-check
// What clients keep: JavaScript's heap after a garbage collection, and the memory of WebAssembly modules.
import { collectGarbage } from './statistics.mjs';
import { sleep } from './timers.mjs';

/** @type {Set<WebAssembly.Memory>} */
const memories = new Set();

/** Notes the memory of every module that is instantiated from now on. */
export function watchMemories() {
  const instantiate = WebAssembly.instantiate.bind(WebAssembly);
  /** @param {any} source @param {WebAssembly.Imports} imports */
  const noting = async (source, imports) => {
    const result = await instantiate(source, imports);
    const instance = /** @type {WebAssembly.Instance} */ ('instance' in result ? result.instance : result);
    for (const item of Object.values(instance.exports)) {
      if (item instanceof WebAssembly.Memory) memories.add(item);
    }
    return result;
  };
  WebAssembly.instantiate = /** @type {any} */ (noting);
}

/** Bytes. In a browser this needs `--enable-precise-memory-info`. */
function scriptHeap() {
  if (typeof process === 'object') return process.memoryUsage().heapUsed;
  return /** @type {{ memory: { usedJSHeapSize: number } }} */ (/** @type {unknown} */ (performance)).memory
    .usedJSHeapSize;
}

/** Bytes, when all garbage is gone. */
export async function measureHeaps() {
  for (let n = 0; n < 3; n += 1) {
    await sleep(10); // weak references are let go of between tasks
    collectGarbage();
  }
  const wasm = [...memories].reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
  return { script: scriptHeap(), wasm };
}
