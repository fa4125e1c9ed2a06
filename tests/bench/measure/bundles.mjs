// @ts-check
// What an application ships of each client: bundled and minified by the same bundler, and compressed as web servers do.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import { build } from 'vite';

/** @typedef {import('./sides.mjs').Side} Side */
/** @typedef {{ name: string, bytes: number, brotli: number, loaded: boolean }} Part loaded: by an application that leaves the options alone */
/** @typedef {{ entry: string, parts: Part[] }} Bundle */

const here = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));

const ENTRIES = {
  switchboard: "export { createRealtimeManager } from 'switchboard-realtime';",
  reference: "export { RealtimeClient } from '@supabase/realtime-js';",
};

/** Chunks that are fetched only when an option asks for them, or in a hidden page. */
const OPTIONAL = /exactNumbers|tickWorker|switchboard-numbered/u;

/** @param {Buffer} bytes */
function brotli(bytes) {
  return brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
}

/**
 * @param {Side} side
 * @param {string} outDir emptied
 * @returns {Promise<Bundle>}
 */
export async function bundleClient(side, outDir) {
  const id = `\0bench-${side}`;
  const result = await build({
    configFile: false,
    logLevel: 'error',
    root: here('..'),
    base: './',
    plugins: [
      {
        name: 'bench-entry',
        resolveId: (source) => (source === 'bench-entry' ? id : undefined),
        load: (source) => (source === id ? ENTRIES[side] : undefined),
      },
    ],
    build: {
      outDir,
      emptyOutDir: true,
      assetsInlineLimit: 0,
      modulePreload: false,
      target: 'es2022',
      rollupOptions: { input: 'bench-entry', preserveEntrySignatures: 'strict' },
    },
  });
  const { output } = /** @type {import('vite').Rollup.RollupOutput} */ (Array.isArray(result) ? result[0] : result);
  const parts = await Promise.all(
    output.map(async ({ fileName, type }) => {
      const bytes = await readFile(`${outDir}/${fileName}`);
      // A script that is an asset is the copy of the glue that is imported when the import of the other one hangs.
      const loaded = !OPTIONAL.test(fileName) && !(type === 'asset' && fileName.endsWith('.js'));
      return { name: fileName, bytes: bytes.length, brotli: brotli(bytes), loaded };
    }),
  );
  const entry = output.find((item) => item.type === 'chunk' && item.isEntry);
  if (entry === undefined) throw new Error(`the bundle of ${side} has no entry`);
  return { entry: `${outDir}/${entry.fileName}`, parts };
}

/** @param {Bundle} bundle @param {(name: string) => boolean} [isCounted] */
export function brotliBytes({ parts }, isCounted = () => true) {
  return parts.reduce((sum, { name, brotli: bytes, loaded }) => (loaded && isCounted(name) ? sum + bytes : sum), 0);
}
