import { expect, it } from 'vitest';
import { anchorsOf, linksOf, pathsOf } from './markdown.js';

it('links are found in prose, tables and HTML, and not in code', () => {
  const text =
    'See [a](a.md#b), `[no](c.md)`\n\n```ts\n[no](d.md)\n```\n\n| [e](e.md) |\n\n<img alt="f" src="f.png">\n';
  expect(linksOf(text)).toEqual(['a.md#b', 'e.md', 'f.png']);
});

it('anchors are those of GitHub: lower case, no punctuation, numbered when they repeat', () => {
  const text = '# What `a_b` does: it\n\n## No "one" & all\n\n```sh\n# a comment\n```\n\n## Again\n\n## Again\n';
  expect([...anchorsOf(text)]).toEqual(['what-a_b-does-it', 'no-one--all', 'again', 'again-1']);
});

it('paths are those in code, and names of files beside them', () => {
  const text = '`src/a/b.h`, `c.cpp` and `and more`\n`d.cpp` of `web/core` and `e.ts`\n\n```\n`src/f.h`\n```\n';
  expect(pathsOf(text)).toEqual(['src/a/b.h', 'src/a/c.cpp', 'web/core', 'web/e.ts']);
});
