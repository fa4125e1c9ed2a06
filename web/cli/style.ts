import { stripVTControlCharacters } from 'node:util';

/** Colours by their names in a terminal, as SGR codes. */
const CODES = { red: 31, green: 32, yellow: 33, cyan: 36, dim: 2, bold: 1 } as const;

export type Colour = keyof typeof CODES;

/** How texts for people look on one output. */
export interface Style {
  /** Columns. */
  readonly width: number;
  paint(colour: Colour, text: string): string;
}

const DEFAULT_WIDTH = 80;

/** What is known of an output. */
interface Screen {
  isTTY?: boolean;
  columns?: number;
}

export type ColourChoice = 'auto' | 'always' | 'never';

/**
 * `choice` is the option --color. Else NO_COLOR (any value) rules colours out, FORCE_COLOR (other than 0 or false) asks for them, and a terminal has them
 * unless TERM is dumb.
 */
export function styleOf(screen: Screen, env: NodeJS.ProcessEnv, choice: ColourChoice): Style {
  const colours = wantsColours(screen, env, choice);
  return {
    width: screen.columns ?? DEFAULT_WIDTH,
    paint: (colour, text) => (colours && text !== '' ? `\u001b[${CODES[colour]}m${text}\u001b[0m` : text),
  };
}

function wantsColours(
  { isTTY }: Screen,
  { NO_COLOR, FORCE_COLOR, TERM }: NodeJS.ProcessEnv,
  choice: ColourChoice,
): boolean {
  if (choice !== 'auto') return choice === 'always';
  if ((NO_COLOR ?? '') !== '') return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return isTTY === true && TERM !== 'dumb';
}

/** Wraps at blanks, so that no line is longer than `width` unless a word is. Lines begin with `indent`, the second and later ones with `hang`. */
export function wrapped(text: string, width: number, indent: string, hang = indent): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined) lines.push(`${indent}${word}`);
    else if (visibleLength(last) + 1 + visibleLength(word) <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`${hang}${word}`);
  }
  return lines.join('\n');
}

/** Without colours. */
function visibleLength(text: string): number {
  return stripVTControlCharacters(text).length;
}
