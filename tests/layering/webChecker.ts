import { posix } from 'node:path';
import ts from 'typescript';
import type { Violation } from './violation.js';
import { importRules, type ImportRule } from './webRules.js';

/**
 * The violations in one TypeScript or JavaScript module under web.
 *
 * @param file path below the root, with `/`
 */
export function checkWeb(file: string, text: string): Violation[] {
  const rule = ruleOf(file);
  if (rule === undefined) return [{ file, line: 1, found: file, rule: 'every module under web has an import rule' }];
  return ts
    .preProcessFile(text, true, true)
    .importedFiles.filter(({ fileName }) => !isAllowed(rule, file, fileName))
    .map(({ fileName, pos }) => ({
      file,
      line: text.slice(0, pos).split('\n').length,
      found: fileName,
      rule: rule.rule,
    }));
}

export function ruleOf(file: string): ImportRule | undefined {
  return importRules
    .filter(({ prefix }) => file.startsWith(prefix))
    .sort((a, b) => b.prefix.length - a.prefix.length)[0];
}

function isAllowed({ packages, files }: ImportRule, file: string, specifier: string): boolean {
  if (!specifier.startsWith('.')) return packages.some((pattern) => pattern.test(specifier));
  const target = posix.join(posix.dirname(file), specifier);
  return files.some((pattern) => pattern.test(target));
}
