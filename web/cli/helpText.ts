import { wrapped } from './style.js';

/** The width that the texts below --help are written for. */
const WRITTEN_WIDTH = 80;

/** The width for help: of the terminal, else of COLUMNS, else 80. */
export function helpWidth({ columns }: { columns?: number }, { COLUMNS }: NodeJS.ProcessEnv): number {
  const given = columns ?? (/^[1-9]\d{0,5}$/u.test(COLUMNS ?? '') ? Number(COLUMNS) : undefined);
  return given ?? WRITTEN_WIDTH;
}

/** A text of help wrapped again for a terminal that is narrower than it was written for. Commands stay as they are, to be copied. */
export function reflowed(text: string, width: number): string {
  if (width >= WRITTEN_WIDTH) return text;
  const lines: string[] = [];
  let entry: string[] = [];
  let isCommand = false;
  const end = (): void => {
    if (entry.length > 0) lines.push(wrapEntry(entry, width));
    entry = [];
  };
  for (const line of text.split('\n')) {
    isCommand = /^ *\$ /u.test(line) || (isCommand && lines.at(-1)?.endsWith('\\') === true);
    if (isCommand || line === '' || !continues(entry, line)) end();
    if (isCommand || line === '') lines.push(line);
    else entry.push(line);
  }
  end();
  return lines.join('\n');
}

/** Whether a line goes on with what the lines before it say. */
function continues([first, ...more]: readonly string[], line: string): boolean {
  if (first === undefined || (more.length === 0 && first.endsWith(':'))) return false;
  return indentOf(line) > indentOf(first) || (indentOf(line) === 0 && indentOf(first) === 0);
}

function wrapEntry([first = '', ...more]: readonly string[], width: number): string {
  const indent = indentOf(first);
  const hang = more[0] === undefined ? (/^ *\d+ +/u.exec(first)?.[0].length ?? indent) : indentOf(more[0]);
  const text = [first.slice(indent), ...more.map((line) => line.trim())].join(' ');
  return wrapped(text, width, ' '.repeat(indent), ' '.repeat(hang));
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** For commander's `addHelpText`. */
export function notes(text: string): () => string {
  return () => reflowed(text, helpWidth(process.stdout, process.env));
}
