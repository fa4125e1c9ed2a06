import { SwitchboardError } from '../api/errors.js';
import { nearest } from './didYouMean.js';
import type { NumberRange } from '../api/tuning.js';

/** Plain-object view of whatever the application passed. */
export type Given = Readonly<Record<string, unknown>>;

/** What looks like a token or key, or may be one by its length. */
const SECRET = /^\s*(?:eyJ|sb[a-z]?_|Bearer )|[\w+/=.-]{32}/iu;

/** How a value reads in an error message. Texts are quoted, so this is for options that no secret is given as. */
export function describe(value: unknown): string {
  if (typeof value === 'string' && value !== '' && !SECRET.test(value)) return `"${value.slice(0, 60)}"`;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeOf(value);
}

/** What a value is, without quoting it. */
export function typeOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string') return value.trim() === '' ? 'an empty string' : 'a string';
  if (typeof value === 'function') return 'a function';
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
}

/** @throws SwitchboardError INVALID_OPTION unless it is a plain object. */
export function requireObject(value: unknown, what: string): Given {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Given;
  throw new SwitchboardError('INVALID_OPTION', what, `${what} must be an object with options, not ${typeOf(value)}.`);
}

/** @throws SwitchboardError UNKNOWN_OPTION for the first key that is not known. */
export function refuseUnknown(given: Given, known: readonly string[], where: string): void {
  for (const key of Object.keys(given)) {
    if (known.includes(key)) continue;
    const guess = nearest(key, known);
    const fix = guess === null ? `It takes ${known.join(', ')}.` : `Did you mean \`${guess}\`?`;
    throw new SwitchboardError('UNKNOWN_OPTION', key, `${where} has no option \`${key}\`. ${fix}`);
  }
}

/** A non-empty string. `fix` says where to get it. */
export function requireText(given: Given, option: string, fix: string): string {
  const value = given[option];
  if (value === undefined || value === null) {
    throw new SwitchboardError('MISSING_OPTION', option, `\`${option}\` is missing: ${fix}`);
  }
  if (typeof value !== 'string' || value.trim() === '') {
    throw new SwitchboardError('INVALID_OPTION', option, `\`${option}\` must be text, not ${describe(value)}: ${fix}`);
  }
  return value;
}

/** A non-empty string, or the default when it is left out. */
export function optionalText(given: Given, option: string, standard: string): string {
  return given[option] === undefined ? standard : requireText(given, option, 'leave it out for the default.');
}

/** One of some words, or undefined when it is left out. */
export function optionalWord<Word extends string>(
  given: Given,
  option: string,
  words: readonly Word[],
): Word | undefined {
  const value = given[option];
  if (value === undefined) return undefined;
  const word = words.find((candidate) => candidate === value);
  if (word !== undefined) return word;
  const list = words.map((candidate) => `'${candidate}'`).join(', ');
  throw new SwitchboardError('INVALID_OPTION', option, `\`${option}\` must be one of ${list}, not ${describe(value)}.`);
}

/** A whole number in a range, or undefined when it is left out. */
export function optionalNumber(given: Given, option: string, range: NumberRange): number | undefined {
  const value = given[option];
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= range.min && value <= range.max) return value;
  const unit = option.endsWith('Ms') ? ' of milliseconds' : '';
  throw new SwitchboardError(
    'INVALID_OPTION',
    option,
    `\`${option}\` must be a whole number${unit} from ${range.min} to ${range.max}, not ${describe(value)}.`,
  );
}

/** Like {@link optionalNumber}, for what can't be left out. */
export function requireNumber(given: Given, option: string, range: NumberRange): number {
  const value = optionalNumber(given, option, range);
  if (value !== undefined) return value;
  const unit = option.endsWith('Ms') ? ' of milliseconds' : '';
  throw new SwitchboardError(
    'MISSING_OPTION',
    option,
    `\`${option}\` is missing: a whole number${unit} from ${range.min} to ${range.max}.`,
  );
}

/** True or false, or undefined when it is left out. */
export function optionalFlag(given: Given, option: string): boolean | undefined {
  const value = given[option];
  if (value === undefined || typeof value === 'boolean') return value;
  throw new SwitchboardError('INVALID_OPTION', option, `\`${option}\` must be true or false, not ${describe(value)}.`);
}

/** Names of columns, each once. @throws SwitchboardError INVALID_OPTION for the first that is none. */
export function requireNames(names: readonly unknown[], option: string): readonly string[] {
  for (const [at, name] of names.entries()) {
    if (typeof name === 'string' && name !== '') continue;
    const message = `\`${option}\` must hold names of columns, but at place ${at + 1} it has ${describe(name)}.`;
    throw new SwitchboardError('INVALID_OPTION', option, message);
  }
  return [...new Set(names as readonly string[])];
}

/** @throws SwitchboardError INVALID_OPTION unless it is a function. */
export function requireFunction(value: unknown, option: string, fix: string): void {
  if (typeof value === 'function') return;
  throw new SwitchboardError(
    'INVALID_OPTION',
    option,
    `\`${option}\` must be a function, not ${typeOf(value)}: ${fix}`,
  );
}
