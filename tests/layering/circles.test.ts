import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { circlesIn, folderGraph, importGraph } from './circles.js';
import { coreTower } from './webRules.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** All files in a folder and those below it, except packages and build products. */
function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return ['node_modules', 'dist'].includes(entry.name) ? [] : filesIn(path);
    return [path];
  });
}

/** The text of every module in a folder, by its path below the root. */
function textsIn(folder: string): [string, string][] {
  const modules = filesIn(folder).filter((path) => /\.(ts|tsx|mjs)$/.test(path));
  return modules.map((path) => [path, readFileSync(join(root, path), 'utf8')]);
}

describe('the circle finder', () => {
  const graphOf = (files: Record<string, string>) => importGraph(new Map(Object.entries(files)));

  it('finds a circle, also one of types only', () => {
    const files = graphOf({
      'a/x.ts': "import type { Y } from '../b/y.js';",
      'b/y.ts': "import { z } from './z.js';",
      'b/z.ts': "export * from '../a/x.js';",
    });
    expect(circlesIn(files)).toEqual(['a/x.ts -> b/y.ts -> b/z.ts -> a/x.ts']);
  });

  it('finds a circle of folders whose files make none', () => {
    const files = graphOf({
      'a/x.ts': "import { y } from '../b/y.js';",
      'b/y.ts': '',
      'b/z.ts': "const { w } = await import('../a/w.js');",
      'a/w.ts': '',
    });
    expect(circlesIn(files)).toEqual([]);
    expect(circlesIn(folderGraph(files))).toEqual(['a -> b -> a']);
  });

  it('finds none where two ways lead to one file', () => {
    const files = graphOf({
      'a.ts': "import './b.js'; import './c.js';",
      'b.ts': "import './d.js';",
      'c.ts': "import './d.js'; import 'ws';",
      'd.ts': '',
    });
    expect(circlesIn(files)).toEqual([]);
  });
});

it('the files of web import each other in no circle', () => {
  const graph = importGraph(new Map(textsIn('web')));
  expect(graph.size).toBeGreaterThan(100);
  expect(circlesIn(graph)).toEqual([]);
});

it.each(['bindings', 'docs', 'src', 'tests', 'web'])(
  '%s and the folders in it have at most 15 files each',
  (folder) => {
    const counts = new Map<string, number>();
    for (const file of filesIn(folder)) counts.set(posix.dirname(file), (counts.get(posix.dirname(file)) ?? 0) + 1);
    expect(counts.size).toBeGreaterThan(0);
    expect([...counts].filter(([, count]) => count > 15)).toEqual([]);
  },
);

describe('the folders of web/core', () => {
  const texts = new Map(textsIn('web/core'));

  it('import each other in no circle', () => {
    const graph = folderGraph(importGraph(texts));
    expect(graph.size).toBeGreaterThan(coreTower.length);
    expect(circlesIn(graph)).toEqual([]);
  });

  it('are a tower: each may import only folders that are listed before it', () => {
    const before = new Set<string>();
    for (const { folder, below } of coreTower) {
      expect(below.filter((name) => !before.has(name))).toEqual([]);
      before.add(folder);
    }
  });
});
