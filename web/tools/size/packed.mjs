import { readFileSync } from 'node:fs';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { fromRoot } from '../lib/paths.mjs';

/** @typedef {{ raw: number, gzip: number, brotli: number }} Packed bytes as they are, and as a server sends them */

/** The two files of the package that an application loads for the core. */
export const shippedFiles = ['switchboard.wasm', 'switchboard.js'];
/** The same of one with tracked tables. */
export const shippedNumberedFiles = ['switchboard-numbered.wasm', 'switchboard.js'];

/**
 * @param {string} file one of these
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
 * Files, each by itself, and their sum.
 *
 * @param {readonly string[]} shipped
 * @returns {{ files: Record<string, Packed>, total: Packed }}
 */
export function packShipped(shipped = shippedFiles) {
  const files = Object.fromEntries(shipped.map((file) => [file, pack(readShipped(file))]));
  const total = Object.values(files).reduce((sum, file) => ({
    raw: sum.raw + file.raw,
    gzip: sum.gzip + file.gzip,
    brotli: sum.brotli + file.brotli,
  }));
  return { files, total };
}

/**
 * The budgets that docs/benchmarks.md states, in bytes of brotli: for the files of an application without tracked tables, and with.
 *
 * @param {string} page its text
 */
export function statedBudgets(page) {
  const [core, numbered] = [...page.matchAll(/at most\s+([\d,]+) bytes of brotli/g)].map(([, bytes = '']) =>
    Number(bytes.replaceAll(',', '')),
  );
  if (core === undefined || numbered === undefined)
    throw new Error('docs/benchmarks.md does not state how many bytes of brotli both forms of the core may take');
  return { core, numbered };
}
