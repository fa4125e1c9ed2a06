import { readFileSync, writeFileSync } from 'node:fs';
import { fromRoot } from '../lib/paths.mjs';
import { packShipped, readShipped, shippedNumberedFiles, statedBudgets } from './packed.mjs';
import { demangle, familyOf, readSymbolMap } from './symbols.mjs';
import { readWasm } from './wasmFile.mjs';

const rows = 30;

/**
 * Two lines: what the core takes without and with numbered changes, and its budgets.
 */
export function sizeLine() {
  const budgets = statedBudgets(readFileSync(fromRoot('docs/benchmarks.md'), 'utf8'));
  /** @param {string} name @param {import('./packed.mjs').Packed} size @param {number} budget */
  const line = (name, { raw, gzip, brotli }, budget) =>
    `${name}: ${raw} bytes, ${gzip} gzip, ${brotli} brotli of ${budget} at most`;
  return [
    line('wasm and glue', packShipped().total, budgets.core),
    line('the same with numbered changes', packShipped(shippedNumberedFiles).total, budgets.numbered),
  ].join('\n');
}

/**
 * Where the bytes are: both files packed, the module's sections, its largest functions, and functions by what they belong to. Also
 * written to build/wasm/size.txt.
 *
 * @returns {Promise<string>}
 */
export async function sizeReport() {
  const { files, total } = packShipped();
  const { sections } = readWasm(readShipped('switchboard.wasm'));
  // The shipped module has the same functions in another order than the symbol map.
  const linked = readWasm(readFileSync(fromRoot('build/wasm/switchboard.wasm')));
  const symbols = readSymbolMap(readFileSync(fromRoot('build/wasm/switchboard.js.symbols'), 'utf8'));
  const indices = linked.functionSizes.map((_, position) => linked.importedFunctions + position);
  const names = await demangle(indices.map((index) => symbols.get(index) ?? `function ${String(index)}`));
  const functions = linked.functionSizes.map((bytes, position) => ({ name: names[position] ?? '?', bytes }));
  const packed = Object.entries({ ...files, together: total }).map(([name, { raw, gzip, brotli }]) => [
    raw,
    gzip,
    brotli,
    name,
  ]);
  const report = [
    table(['bytes', 'gzip', 'brotli', 'file'], packed),
    table(
      ['bytes', 'section'],
      sections.map(({ name, bytes }) => [bytes, name]),
    ),
    table(['bytes', 'functions', 'family'], families(functions).slice(0, rows)),
    table(
      ['bytes', 'function'],
      largestFirst(functions)
        .slice(0, rows)
        .map(({ name, bytes }) => [bytes, name.slice(0, 120)]),
    ),
  ].join('\n\n');
  writeFileSync(fromRoot('build/wasm/size.txt'), `${report}\n`);
  return report;
}

/**
 * @param {readonly { name: string, bytes: number }[]} functions
 */
function families(functions) {
  /** @type {Map<string, { name: string, bytes: number, count: number }>} */
  const byName = new Map();
  for (const { name, bytes } of functions) {
    const family = familyOf(name);
    const known = byName.get(family) ?? { name: family, bytes: 0, count: 0 };
    byName.set(family, { name: family, bytes: known.bytes + bytes, count: known.count + 1 });
  }
  return largestFirst([...byName.values()]).map(({ name, bytes, count }) => [bytes, count, name]);
}

/**
 * @template {{ bytes: number }} T
 * @param {readonly T[]} items
 */
function largestFirst(items) {
  return [...items].sort((a, b) => b.bytes - a.bytes);
}

/**
 * Numbers to the right, the last column to the left.
 *
 * @param {readonly string[]} head
 * @param {readonly (readonly (string | number)[])[]} body
 */
function table(head, body) {
  const lines = [head, ...body].map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(...lines.map((row) => row[column]?.length ?? 0)));
  return lines
    .map((row) =>
      row.map((cell, column) => (column === head.length - 1 ? cell : cell.padStart(widths[column] ?? 0))).join('  '),
    )
    .join('\n');
}
