import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { anchorsOf, linksOf, proseOf } from './markdown.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const skipped = new Set(['node_modules', 'dist', 'build', 'fixtures']);
const documents = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'web/README.md'],
  ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`),
];

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return skipped.has(entry.name) ? [] : filesIn(path);
    return /\.(h|cpp|ts|tsx|mjs|js|cmake|txt)$/.test(entry.name) ? [path] : [];
  });
}

/** What is wrong with a link of a document; null: nothing. */
function problemOf(link: string, document: string): string | null {
  if (/^[a-z]+:/.test(link)) return null;
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? document : posix.join(dirname(document), path);
  if (!existsSync(join(root, target))) return `${document}: there is no ${target}`;
  if (anchor === undefined || anchorsOf(read(target)).has(anchor)) return null;
  return `${document}: ${target} has no heading #${anchor}`;
}

describe('the documents', () => {
  it('link to files and headings that exist', () => {
    const links = documents.flatMap((document) => linksOf(read(document)).map((link) => ({ link, document })));
    expect(links.length).toBeGreaterThan(60);
    expect(links.map(({ link, document }) => problemOf(link, document)).filter((problem) => problem !== null)).toEqual(
      [],
    );
  });

  it('are all reachable from the README', () => {
    const reached = new Set(['README.md']);
    for (const document of reached) {
      for (const link of linksOf(read(document))) {
        const target = posix.join(dirname(document), link.replace(/#.*/, ''));
        if (documents.includes(target)) reached.add(target);
      }
    }
    expect([...reached].toSorted()).toEqual(documents.filter((document) => document !== 'web/README.md').toSorted());
  });

  it('begin with a README of at most 250 lines', () => {
    expect(read('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(250);
  });

  it('have prose of at most 120 columns', () => {
    const long = documents.flatMap((document) =>
      proseOf(read(document))
        .filter((line) => line.length > 120)
        .map((line) => `${document}: ${line}`),
    );
    expect(long).toEqual([]);
  });

  it('exist where the code cites them', () => {
    const cited = ['src', 'bindings', 'web', 'tests']
      .flatMap(filesIn)
      .flatMap((file) => [...read(file).matchAll(/\bdocs\/[\w-]+\.md\b/g)].map(([path]) => ({ file, path })));
    expect(cited.length).toBeGreaterThan(10);
    expect(cited.filter(({ path }) => !existsSync(join(root, path)))).toEqual([]);
  });
});
