import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const program = fileURLToPath(new URL('../support/programs/importProgram.mjs', import.meta.url));
const manifest = JSON.parse(readFileSync(new URL('../../../web/package.json', import.meta.url), 'utf8')) as {
  name: string;
  exports: Record<string, unknown>;
};
// Not the program of the SharedWorker, which nobody imports: it is only there for its address.
const modules = Object.entries(manifest.exports)
  .filter(([path, target]) => path !== './tabs-worker.js' && JSON.stringify(target).includes('.js"'))
  .map(([path]) => path.replace('.', manifest.name));

it.each(modules)('importing %s starts nothing, and needs nothing that a test environment may lack', async (name) => {
  const { stdout } = await promisify(execFile)(process.execPath, [program, name]);
  const { removed, before, after } = JSON.parse(stdout) as Record<'removed' | 'before' | 'after', string[]>;
  const lacking = ['TextDecoder', 'TextEncoder', 'WebAssembly', 'fetch', 'URL', 'setTimeout', 'queueMicrotask'];
  expect(removed).toEqual(expect.arrayContaining(lacking));
  expect(after).toEqual(before);
});
