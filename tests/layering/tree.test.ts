import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkCpp } from './cppChecker.js';
import { layers } from './cppRules.js';
import { describeViolation } from './violation.js';
import { checkWeb } from './webChecker.js';
import { importRules } from './webRules.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Paths below the root of the files in `folder` that match, build products and packages left out. */
function filesIn(folder: string, pattern: RegExp): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return ['node_modules', 'dist'].includes(entry.name) ? [] : filesIn(path, pattern);
    return pattern.test(entry.name) ? [path] : [];
  });
}

function violationsOf(files: readonly string[], check: typeof checkCpp): string[] {
  return files.flatMap((file) => check(file, readFileSync(join(root, file), 'utf8'))).map(describeViolation);
}

describe('the tree', () => {
  const cpp = [...filesIn('src', /\.(h|cpp)$/), ...filesIn('bindings', /\.(h|cpp)$/)];
  const web = filesIn('web', /\.(ts|tsx|mjs|js)$/);

  it('keeps the C++ layers apart', () => {
    expect(violationsOf(cpp, checkCpp)).toEqual([]);
  });

  it('keeps the TypeScript layers apart', () => {
    expect(violationsOf(web, checkWeb)).toEqual([]);
  });

  it('has files in every layer, so that no rule is idle', () => {
    const prefixes = [...layers, ...importRules].map(({ prefix }) => prefix);
    expect(prefixes.filter((prefix) => ![...cpp, ...web].some((file) => file.startsWith(prefix)))).toEqual([]);
  });
});
