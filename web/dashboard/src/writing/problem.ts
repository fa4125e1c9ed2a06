import { RefusedError, UnreachableError } from './rowTable.js';

/** Why something was not saved. */
export type Problem = {
  /** For the person at the form. */
  readonly text: string;
  /** For whoever looks after the system. */
  readonly detail: string;
};

/** A write that the database let pass without doing anything, such as one that row level security hides. */
export class IgnoredError extends Error {}

/** The person has to decide something first: the message says what, for them. Nothing was sent. */
export class UndecidedError extends Error {}

const number = new Intl.NumberFormat();

/**
 * Errors of the database in words of a person at a desk.
 *
 * @param nameOf what people call a column, such as `client` for `client_name`
 */
export function problemOf(error: unknown, nameOf: (column: string) => string = (column) => column): Problem {
  if (error instanceof UnreachableError) {
    return {
      text: 'The server cannot be reached: try again in a moment.',
      detail: error.message,
    };
  }
  if (error instanceof UndecidedError) return { text: error.message, detail: 'Nothing was sent.' };
  if (error instanceof IgnoredError) return { text: 'You are not allowed to change this.', detail: error.message };
  if (!(error instanceof RefusedError)) return { text: 'Something went wrong here: try again.', detail: String(error) };
  const { status, code, message, details } = error;
  const detail = [`HTTP ${status}`, code, message, details].filter((part) => part !== '').join(' · ');
  const text = sentences[code]?.(error, nameOf) ?? classes[code.slice(0, 2)] ?? sentenceOfStatus(status);
  return { text, detail };
}

type Sentence = (error: RefusedError, nameOf: (column: string) => string) => string;

const sentences: Readonly<Record<string, Sentence>> = {
  '22003': tooLarge,
  '22001': () => 'A text is too long.',
  '22007': () => 'A date or time is not valid.',
  '22008': () => 'A date or time is not valid.',
  '22P02': () => 'A value is not of the right kind.',
  '22P05': () => 'A text has a character that cannot be stored.',
  '23502': ({ message }, nameOf) => `Something is missing: ${nameOf(quoted(message))}.`,
  '23503': () => 'Something that this belongs to is not there any more.',
  '23505': () => 'There is one like this already.',
  '23514': ({ message }) => `A value is not allowed (${lastQuoted(message)}).`,
  '25006': () => 'The database is set to read only, so nothing can be saved now. Try again later.',
  '40001': () => 'Somebody else wrote at the same moment: try again.',
  '40P01': () => 'Somebody else wrote at the same moment: try again.',
  '42501': () => 'You are not allowed to change this.',
  '55P03': () => 'Somebody else is writing this at the moment: try again.',
  '57014': () => 'The server took too long: try again.',
  PGRST301: () => 'You are signed out: sign in and try again.',
  PGRST303: () => 'You are signed out: sign in and try again.',
};

/** By the first two characters of PostgreSQL's codes. */
const classes: Readonly<Record<string, string>> = {
  '08': 'The database cannot be reached: try again in a moment.',
  '42': 'This page and its database do not fit together, so nothing was saved. Ask whoever looks after them.',
  '53': 'The database is full or has too much to do, so nothing was saved. Try again later.',
  '57': 'The database is being restarted: try again in a moment.',
  '58': 'The database has a problem with its disk, so nothing was saved. Ask whoever looks after it.',
};

function sentenceOfStatus(status: number): string {
  if (status === 401) return 'You are signed out: sign in and try again.';
  if (status === 403) return 'You are not allowed to change this.';
  if (status === 410) return 'The server was started again, so this page can save nothing: reload it.';
  if (status === 429) return 'Too many requests at once: try again in a moment.';
  if (status >= 500) return 'The server has a problem: try again in a moment.';
  return 'The server did not accept this.';
}

/** `numeric(10, 2)` says in its details how far it goes. */
function tooLarge({ details }: RefusedError): string {
  const [, precision, scale] = /precision (\d+), scale (\d+)/.exec(details) ?? [];
  if (precision === undefined || scale === undefined) return 'A number is too large.';
  const digits = `${'9'.repeat(Number(precision) - Number(scale))}.${'9'.repeat(Number(scale))}`;
  return `The amount is too large: at most ${number.format(digits as Intl.StringNumericLiteral)}.`;
}

function quoted(message: string): string {
  return /"([^"]*)"/.exec(message)?.[1] ?? 'a value';
}

function lastQuoted(message: string): string {
  return [...message.matchAll(/"([^"]*)"/g)].at(-1)?.[1] ?? message;
}
