import { wrapped, type Style } from '../style.js';
import type { Finding, Severity } from './finding.js';
import type { Fixed } from './fix.js';

/** What `doctor --json` prints: one of these per line. */
export type DoctorLine =
  | ({ type: 'finding' } & Finding)
  | ({ type: 'fixed' } & Fixed)
  | { type: 'summary'; ok: boolean; errors: number; warnings: number; notes: number };

export function summaryOf(findings: readonly Finding[]): Extract<DoctorLine, { type: 'summary' }> {
  const count = (expected: Severity): number => findings.filter(({ severity }) => severity === expected).length;
  const [errors, warnings, notes] = [count('error'), count('warning'), count('note')];
  return { type: 'summary', ok: errors + warnings === 0, errors, warnings, notes };
}

const COLOURS = { error: 'red', warning: 'yellow', note: 'cyan' } as const;

/** For a person at a terminal, several lines. */
export function lineText(line: DoctorLine, style: Style): string {
  switch (line.type) {
    case 'finding':
      return findingText(line, style);
    case 'fixed':
      return line.error === null ? `done: ${line.sql};` : `failed: ${line.sql};\n    ${line.error}`;
    case 'summary':
      if (line.ok) return line.notes === 0 ? 'All is well.' : `All is well; ${plural(line.notes, 'note')}.`;
      return [plural(line.errors, 'error'), plural(line.warnings, 'warning'), plural(line.notes, 'note')].join(', ');
  }
}

/** As hints of other commands show it, too. */
export function findingText({ severity, subject, message, why, sql, file, access }: Finding, style: Style): string {
  const head = wrapped(`${severity}: ${subject}: ${message}`, style.width, '', '  ');
  const coloured = head.replace(severity, style.paint(COLOURS[severity], severity));
  const lines = [coloured, wrapped(why, style.width, '  ')];
  const isFixed = sql.length > 0 || file !== undefined;
  if (isFixed) lines.push(access === true ? '  fixes it, and decides who may do what:' : '  fixes it:');
  if (file !== undefined) lines.push(`    the file sql/${file} of this package`);
  for (const statement of sql)
    lines.push(...`${statement.replace(/;$/u, '')};`.split('\n').map((part) => `    ${part}`));
  return lines.join('\n');
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
