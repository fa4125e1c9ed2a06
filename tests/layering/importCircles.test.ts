import { describe, expect, it } from 'vitest';
import { importCircles, importGraph } from './importCircles.js';

function circlesOf(modules: Record<string, string>): string[] {
  return importCircles(importGraph(new Map(Object.entries(modules))));
}

describe('import circles', () => {
  it.each([
    ["import { b } from './b.js';", "import { a } from './a.js';"],
    ["import type { B } from './b.js';", "import type { A } from './a.js';"],
    ["export * from './b.js';", "export { a } from './a.js';"],
    ["import './b.js';", "const { a } = await import('./a.js');"],
    ["let b: import('./b.js').B;", "import { type A } from './a.js';"],
  ])('finds the one of "%s" and "%s"', (a, b) => {
    expect(circlesOf({ 'x/a.ts': a, 'x/b.ts': b })).toEqual(['x/a.ts → x/b.ts → x/a.ts']);
  });

  it('finds one over several folders and kinds of files', () => {
    expect(
      circlesOf({
        'a/start.ts': "import './one.mjs';",
        'a/one.mjs': "import '../b/two.js';",
        'b/two.tsx': "import '../c/three.js';",
        'c/three.js': "import '../a/one.mjs';",
      }),
    ).toEqual(['a/one.mjs → b/two.tsx → c/three.js → a/one.mjs']);
  });

  it('finds a module that imports itself', () => {
    expect(circlesOf({ 'a.ts': "import type { A } from './a.js';" })).toEqual(['a.ts → a.ts']);
  });

  it('finds none where two modules share a third, or import packages', () => {
    expect(
      circlesOf({
        'a.ts': "import './b.js'; import './c.js'; import 'pg';",
        'b.ts': "import './c.js';",
        'c.ts': "import 'node:fs'; // import './a.js'",
      }),
    ).toEqual([]);
  });
});
