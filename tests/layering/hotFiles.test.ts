import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The files that CMake compiles for speed. */
function fastFiles(): string[] {
  const text = readFileSync(join(root, 'CMakeLists.txt'), 'utf8');
  const list = /add_library\(switchboard_hot OBJECT\s([^)]*)\)/.exec(text)?.[1] ?? '';
  return list.split(/\s+/).filter((word) => word !== '');
}

it('names every file that is compiled for speed _hot.cpp, and no other', () => {
  const named = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('_hot.cpp'))
    .map((path) => `src/${path.replaceAll('\\', '/')}`);
  expect(named).not.toEqual([]);
  expect(fastFiles().sort()).toEqual(named.sort());
});
