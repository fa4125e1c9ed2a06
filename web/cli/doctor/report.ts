import type { Finding, Severity } from './finding.js';
import type { Mended } from './mend.js';

/** What `doctor --json` prints: one of these per line. */
export type DoctorLine =
  | ({ type: 'finding' } & Finding)
  | ({ type: 'mended' } & Mended)
  | { type: 'summary'; ok: boolean; errors: number; warnings: number; notes: number };

export function summaryOf(findings: readonly Finding[]): Extract<DoctorLine, { type: 'summary' }> {
  const count = (wanted: Severity): number => findings.filter(({ severity }) => severity === wanted).length;
  const [errors, warnings, notes] = [count('error'), count('warning'), count('note')];
  return { type: 'summary', ok: errors + warnings === 0, errors, warnings, notes };
}

const COLOURS = { error: 31, warning: 33, note: 36 } as const;

/** For a person at a terminal, several lines. */
export function lineText(line: DoctorLine, colours: boolean): string {
  switch (line.type) {
    case 'finding':
      return findingText(line, colours);
    case 'mended':
      return line.error === null ? `done: ${line.sql};` : `failed: ${line.sql};\n    ${line.error}`;
    case 'summary':
      if (line.ok) return line.notes === 0 ? 'All is well.' : `All is well; ${plural(line.notes, 'note')}.`;
      return [plural(line.errors, 'error'), plural(line.warnings, 'warning'), plural(line.notes, 'note')].join(', ');
  }
}

/** As hints of other commands show it, too. */
export function findingText({ severity, subject, message, why, sql, access }: Finding, colours: boolean): string {
  const word = colours ? `\u001b[${COLOURS[severity]}m${severity}\u001b[0m` : severity;
  const lines = [`${word}: ${subject}: ${message}`, ...wrapped(why)];
  if (sql.length > 0) lines.push(access === true ? '  mends it, and decides who may read:' : '  mends it:');
  for (const statement of sql)
    lines.push(...`${statement.replace(/;$/u, '')};`.split('\n').map((part) => `    ${part}`));
  return lines.join('\n');
}

const WIDTH = 100;

function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`  ${word}`);
  }
  return lines;
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
