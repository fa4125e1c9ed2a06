import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fromRoot } from '../lib/paths.mjs';

/**
 * Runs `work` when any file below `inputs` changed since it last succeeded, or when `product` is not there.
 *
 * @param {object} options
 * @param {string} options.name of the step, one per step
 * @param {readonly string[]} options.inputs files and folders; folders are read to the bottom, node_modules left out
 * @param {string} options.product a file that the work makes
 * @param {() => Promise<unknown>} work
 */
export async function whenChanged({ name, inputs, product }, work) {
  const record = fromRoot('.switchboard', 'fingerprints', name);
  const now = fingerprint(inputs);
  if (existsSync(product) && existsSync(record) && readFileSync(record, 'utf8') === now) return;
  await work();
  mkdirSync(dirname(record), { recursive: true });
  writeFileSync(record, now);
}

/**
 * A digest of the contents of the given files and of all files in the given folders.
 *
 * @param {readonly string[]} inputs
 */
export function fingerprint(inputs) {
  const hash = createHash('sha256');
  for (const file of inputs.flatMap(filesBelow)) hash.update(`${file}\0`).update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

/**
 * @param {string} path
 * @returns {string[]}
 */
function filesBelow(path) {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path)
    .filter((name) => name !== 'node_modules' && !name.endsWith('.tsbuildinfo'))
    .sort()
    .flatMap((name) => filesBelow(join(path, name)));
}
