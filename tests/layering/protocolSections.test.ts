import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const skipped = new Set(['node_modules', 'dist', 'build', 'fixtures']);
const source = /\.(h|cpp|ts|tsx|mjs|js|md|sql)$/;

function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return skipped.has(entry.name) ? [] : filesIn(path);
    return source.test(entry.name) ? [path] : [];
  });
}

/** The sections that a text cites, such as "8.1"; a citation may be broken over lines of a comment. */
function citedSections(text: string): string[] {
  const joined = text.replace(/\n\s*(\/\/\/?<?|\*|--)?\s*/g, ' ');
  return [...joined.matchAll(/protocol\.md((?:,? ?(?:and )?§\d+(?:\.\d+)?)+)/g)].flatMap(([, sections = '']) =>
    [...sections.matchAll(/\d+(?:\.\d+)?/g)].map(([section]) => section),
  );
}

describe('citations of docs/protocol.md', () => {
  const headings = readFileSync(join(root, 'docs/protocol.md'), 'utf8').matchAll(/^#{2,3} (\d+(?:\.\d+)?)/gm);
  const sections = new Set([...headings].map(([, number]) => number));
  const files = ['src', 'bindings', 'web', 'tests', 'docs'].flatMap(filesIn);

  it('are found, also where a comment breaks them', () => {
    expect(citedSections('// see protocol.md §1.2, §3 and §14; then')).toEqual(['1.2', '3', '14']);
    expect(citedSections('/// (protocol.md\n  /// §8.4)')).toEqual(['8.4']);
    expect(
      files.filter((file) => citedSections(readFileSync(join(root, file), 'utf8')).length > 0).length,
    ).toBeGreaterThan(20);
  });

  it('name sections that exist', () => {
    const missing = files.flatMap((file) =>
      citedSections(readFileSync(join(root, file), 'utf8'))
        .filter((section) => !sections.has(section))
        .map((section) => `${file}: §${section}`),
    );
    expect(missing).toEqual([]);
  });
});
