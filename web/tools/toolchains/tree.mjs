import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fromRoot, root } from '../lib/paths.mjs';
import { runChecked } from '../lib/processes.mjs';
import { testedProjects } from '../setup/builds.mjs';
import { pack, shippedFiles } from '../size/packed.mjs';
import { treePath } from './debianRoot.mjs';

/** What a build leaves that the next one goes on from. */
const kept = ['build'];
/** What is built outside, and does not depend on the toolchain. */
export const built = testedProjects.map((project) => `${project}/dist`);
const modules = ['node_modules', 'web/node_modules', 'tests/react18/node_modules'];

/**
 * Copies the checkout as it is into a Debian root, with what TypeScript compiled to; npm's packages as links to the same files. Returns the folder.
 *
 * @param {string} folder the root
 */
export async function layTree(folder) {
  const tree = join(folder, treePath);
  mkdirSync(tree, { recursive: true });
  for (const name of readdirSync(tree)) if (!kept.includes(name)) rmSync(join(tree, name), { recursive: true });
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root });
  const files = listed
    .toString()
    .split('\0')
    .filter((path) => path !== '' && existsSync(fromRoot(path)));
  // With their times, by which Ninja knows what changed.
  for (const path of [...files, ...built])
    cpSync(fromRoot(path), join(tree, path), { recursive: true, preserveTimestamps: true });
  for (const path of modules.filter((name) => existsSync(fromRoot(name)))) {
    await runChecked('cp', ['--archive', '--link', fromRoot(path), join(tree, path)]);
  }
  return tree;
}

/**
 * @param {string} tree
 */
export function shippedSizes(tree) {
  return shippedFiles
    .map((file) => {
      const { raw, brotli } = pack(readFileSync(join(tree, 'web/dist/wasm', file)));
      return `${file} ${raw} bytes, ${brotli} as brotli`;
    })
    .join('; ');
}
