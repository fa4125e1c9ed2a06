import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { anchorsOf, linksOf, pathsOf } from './markdown.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const skipped = new Set(['node_modules', 'dist', 'build', 'fixtures']);
/** Built, installed, or data. */
const notRooms = new Set(['node_modules', 'dist', 'react18', 'setup', 'fixtures']);
const documents = [
  ...[
    'README.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    'web/README.md',
    'web/backend/README.md',
    'web/realtime-js/README.md',
  ],
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

  it('name only npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = documents.flatMap((document) =>
      [...read(document).matchAll(/\bnpm run ([\w:]+)/g)].map(([, name = '']) => ({ document, name })),
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter(({ name }) => !(name in scripts))).toEqual([]);
  });

  it('name only paths that exist, the changelog and what is built left out', () => {
    const built = /^web\/(?:backend\/)?dist\b/;
    const named = documents
      .filter((document) => document !== 'CHANGELOG.md')
      .flatMap((document) => pathsOf(read(document)).map((path) => ({ document, path })));
    expect(named.length).toBeGreaterThan(60);
    expect(named.filter(({ path }) => !built.test(path) && !existsSync(join(root, path)))).toEqual([]);
  });

  it.each([
    ...['src', 'src/subscription', 'web', 'web/core', 'web/react', 'web/cli', 'web/cli/doctor'],
    ...['web/backend', 'web/backend/realtime', 'web/dashboard/src', 'web/tools'],
    ...['tests', 'tests/node'],
  ])('say what each folder of %s is', (folder) => {
    const inside = readdirSync(join(root, folder), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !notRooms.has(entry.name))
      .map(({ name }) => `${folder}/${name}`);
    const named = pathsOf(read('docs/architecture.md'));
    const isNamed = (path: string): boolean => named.some((name) => name === path || name.startsWith(`${path}/`));
    expect(inside.filter((path) => !isNamed(path))).toEqual([]);
  });

  it('exist where the code cites them', () => {
    const cited = ['src', 'bindings', 'web', 'tests']
      .flatMap(filesIn)
      .flatMap((file) => [...read(file).matchAll(/\bdocs\/[\w-]+\.md\b/g)].map(([path]) => ({ file, path })));
    expect(cited.length).toBeGreaterThan(10);
    expect(cited.filter(({ path }) => !existsSync(join(root, path)))).toEqual([]);
  });
});
