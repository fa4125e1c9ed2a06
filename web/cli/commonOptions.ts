import { InvalidArgumentError, Option, type Command } from 'commander';
import { DATABASE_URL_FORM, isDatabaseUrl } from './doctor/facts/database.js';

// The options that commands share: the same names, environment variables and descriptions everywhere.

export function urlOption(): Option {
  return new Option('--url <url>', "the project's url, or a realtime endpoint").env('SUPABASE_URL');
}

export function apikeyOption(): Option {
  return new Option('--apikey <key>', 'anon or publishable key').env('SUPABASE_ANON_KEY');
}

export function dbOption(description: string): Option {
  return new Option('--db <url>', description).env('DATABASE_URL');
}

export function tokenFileOption(): Option {
  return new Option('--token-file <file>', 'holds the access token; read whenever one is needed');
}

export function jsonOption(): Option {
  return new Option('--json', 'lines of JSON, also on a terminal');
}

export function colorOption(): Option {
  return new Option('--color <when>', 'auto obeys NO_COLOR, FORCE_COLOR and TERM')
    .choices(['auto', 'always', 'never'])
    .default('auto');
}

export function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!/^\d+(?:\.\d+)?$/u.test(text) || seconds <= 0 || seconds > 2_000_000) {
    throw new InvalidArgumentError('It must be a number of seconds above 0.');
  }
  return seconds;
}

const requiredOptions = new WeakSet<Option>();
const alternatives = new WeakSet<Option>();

/** Has `checkRequired` ask for the option. Commander's own check comes before the one for unknown options, which is often the cause. */
export function required(option: Option): Option {
  requiredOptions.add(option);
  option.description += ' (required)';
  return option;
}

/** Has `checkRequired` ask for one of these options. */
export function requiredEither(first: Option, second: Option, ...more: Option[]): [Option, Option] {
  for (const [option, other] of [[first, second] as const, [second, first] as const]) {
    option.description += ` (required without ${other.long ?? other.flags})`;
  }
  for (const option of [first, second, ...more]) alternatives.add(option);
  return [first, second];
}

/** Ends the command when required options are neither given nor in the environment. */
export function checkRequired(command: Command): void {
  const isMissing = (option: Option): boolean => command.getOptionValue(option.attributeName()) === undefined;
  const missing = command.options
    .filter((option) => requiredOptions.has(option) && isMissing(option))
    .map(({ flags, envVar }) => (envVar === undefined ? flags : `${flags} (or ${envVar})`));
  const either = command.options.filter((option) => alternatives.has(option));
  if (either.length > 0 && either.every(isMissing)) missing.push(either.map(({ flags }) => flags).join(' or '));
  if (missing.length > 0) command.error(`error: missing ${missing.join(', ')}`);
}

/** Checked here rather than by an `argParser`: commander would print the value, and with it the password. */
export function checkDatabaseUrl(url: string | undefined, command: Command): void {
  if (url !== undefined && !isDatabaseUrl(url)) command.error(`error: --db (or DATABASE_URL) ${DATABASE_URL_FORM}.`);
}
