import { readFileSync } from 'node:fs';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { fromRoot } from '../lib/paths.mjs';

/** @typedef {{ raw: number, gzip: number, brotli: number }} Packed bytes as they are, and as a server sends them */

/** The two files of the package that an application loads for the core. */
export const shippedFiles = ['switchboard.wasm', 'switchboard.js'];

/**
 * @param {string} file one of `shippedFiles`
 */
export function readShipped(file) {
  return readFileSync(fromRoot('web/dist/wasm', file));
}

/**
 * @param {Uint8Array} bytes
 * @returns {Packed}
 */
export function pack(bytes) {
  const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  return { raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length, brotli: brotli.length };
}

/**
 * Both files, each by itself, and their sum.
 *
 * @returns {{ files: Record<string, Packed>, total: Packed }}
 */
export function packShipped() {
  const files = Object.fromEntries(shippedFiles.map((file) => [file, pack(readShipped(file))]));
  const total = Object.values(files).reduce((sum, file) => ({
    raw: sum.raw + file.raw,
    gzip: sum.gzip + file.gzip,
    brotli: sum.brotli + file.brotli,
  }));
  return { files, total };
}

/**
 * The budget that docs/benchmarks.md states for both files together, in bytes of brotli.
 *
 * @param {string} page its text
 */
export function statedBudget(page) {
  const found = /at most ([\d,]+) bytes of brotli/.exec(page);
  if (found?.[1] === undefined)
    throw new Error('docs/benchmarks.md does not state how many bytes of brotli the core may take');
  return Number(found[1].replaceAll(',', ''));
}
