import { isAscii } from './comparisons.js';

/** A character that a pattern asks for; null: any one. */
type Slot = string | null;

/**
 * `value LIKE pattern`, or `ILIKE`; null where that depends on the database's locale. The time it takes grows with the length of the text times that of the
 * pattern at worst.
 */
export function isLike(value: string, pattern: string, ignoreCase: boolean): boolean | null {
  if (!ignoreCase) {
    if (fits(Array.from(value), readPattern(pattern))) return true;
    return mayBeLike(value, pattern) ? null : false;
  }
  // Which letters have another case outside of ASCII depends on the locale, and so does whether I is the capital of i.
  if (!isSettled(value) || !isSettled(pattern)) return null;
  const [usual, turkish] = ['i', 'ı'].map((dotless) => {
    const lower = (all: string): string => all.replace(/[A-Z]/gu, (c) => (c === 'I' ? dotless : c.toLowerCase()));
    return fits(Array.from(lower(value)), readPattern(lower(pattern)));
  });
  return usual === turkish && usual !== undefined ? usual : null;
}

/** Letters that lower case leaves alone, but for those of ASCII. */
function isSettled(text: string): boolean {
  return isAscii(text) || Array.from(text).every((char) => isAscii(char) || char.toLowerCase() === char);
}

/** From PostgreSQL 18 on LIKE goes by the column's collation, which may ignore case, accents, punctuation and leading zeros. */
function mayBeLike(value: string, pattern: string): boolean {
  const [text, parts] = [fold(value), readPattern(pattern).flatMap(literals).map(fold)];
  // Letters such as ß and ø equal others, or two of them.
  if (OTHER_LATIN.test(text) || parts.some((part) => OTHER_LATIN.test(part))) return true;
  const slots = parts.map((part) => Array.from(part));
  return fits(Array.from(text), slots);
}

const OTHER_LATIN = /(?![a-z])\p{Script=Latin}/u;

function fold(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]|0/gu, '');
}

/** What any one character is between: it may be one that is ignored. */
function literals(part: readonly Slot[]): string[] {
  const texts = [''];
  for (const slot of part) {
    if (slot === null) texts.push('');
    else texts[texts.length - 1] = `${texts[texts.length - 1] ?? ''}${slot}`;
  }
  return texts;
}

/** What is between the `%`. */
function readPattern(pattern: string): Slot[][] {
  let part: Slot[] = [];
  const parts = [part];
  let escaped = false;
  for (const char of pattern) {
    if (!escaped && char === '\\') {
      escaped = true;
      continue;
    }
    if (!escaped && char === '%') {
      part = [];
      parts.push(part);
    } else {
      part.push(!escaped && char === '_' ? null : char);
    }
    escaped = false;
  }
  return parts;
}

/** The first part at the start, the last at the end, and each of the others at the first place after the one before. */
function fits(text: readonly string[], parts: readonly (readonly Slot[])[]): boolean {
  const [first = [], ...others] = parts;
  if (!isAt(text, 0, first)) return false;
  const last = others.pop();
  if (last === undefined) return text.length === first.length;
  let at = first.length;
  for (const part of others) {
    while (at + part.length <= text.length && !isAt(text, at, part)) at += 1;
    if (at + part.length > text.length) return false;
    at += part.length;
  }
  return text.length - last.length >= at && isAt(text, text.length - last.length, last);
}

function isAt(text: readonly string[], at: number, part: readonly Slot[]): boolean {
  return at + part.length <= text.length && part.every((slot, i) => slot === null || slot === text[at + i]);
}
