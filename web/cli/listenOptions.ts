import { Command, InvalidArgumentError, Option } from 'commander';
import type { EventName } from '../core/index.js';

/** What `listen` was asked to do. */
export interface ListenOptions {
  url: string;
  apikey: string;
  subscriptions: readonly TableOptions[];
  /** Read at every need of an access token; null: the api key's rights. */
  tokenFile: string | null;
  /** Ends after so many changes; null: never. */
  count: number | null;
  /** Gives up when nothing is live by then, in ms; null: never. */
  timeoutMs: number | null;
  /** Asked why when the server refuses a subscription; null: nobody is asked. */
  db: string | null;
  /** Lines of JSON even on a terminal. */
  json: boolean;
}

export interface TableOptions {
  table: string;
  schema?: string;
  event?: EventName;
  filter?: string;
  select?: readonly string[];
}

/** As commander hands them over. */
interface Flags {
  url: string;
  apikey: string;
  table: readonly TableOptions[];
  schema?: string;
  event?: string;
  filter?: string;
  select?: readonly string[];
  tokenFile?: string;
  count?: number;
  timeout?: number;
  db?: string;
  json?: boolean;
}

const EXIT_CODES = `
Prints one line per change, per change of a subscription's status and per change of the connection:
JSON when --json is given or the output is no terminal. Logs go to standard error.

Exit codes: 0 interrupted, or --count reached; 2 wrong usage; 3 nothing was live within --timeout.`;

/** The command `listen`; `run` gets its checked options. */
export function listenCommand(run: (options: ListenOptions) => Promise<void>): Command {
  return new Command('listen')
    .description('print the changes of tables as they happen')
    .addOption(
      new Option('--url <url>', "the project's url or a realtime endpoint").env('SUPABASE_URL').makeOptionMandatory(),
    )
    .addOption(new Option('--apikey <key>', 'anon or publishable key').env('SUPABASE_ANON_KEY').makeOptionMandatory())
    .addOption(
      new Option('--table <table[:filter]>', 'a table, or a table and its filter; may be repeated')
        .argParser(addTable)
        .makeOptionMandatory(),
    )
    .option('--schema <schema>', "the tables' schema (default: public)")
    .addOption(new Option('--event <event>', 'only these changes: insert, update or delete').argParser(parseEvent))
    .option('--filter <filter>', 'for tables without a filter of their own, such as id=eq.5')
    .addOption(new Option('--select <columns>', 'only these columns, separated by commas').argParser(parseColumns))
    .option('--token-file <file>', 'holds the access token; read at every need of one')
    .addOption(new Option('--count <n>', 'end after so many changes').argParser(parseCount))
    .addOption(
      new Option('--timeout <s>', 'give up when nothing is live after so many seconds').argParser(parseSeconds),
    )
    .option('--db <url>', 'postgres://…: asked why when the server refuses a subscription (see doctor)')
    .option('--json', 'lines of JSON even on a terminal')
    .addHelpText('after', EXIT_CODES)
    .action((flags: Flags) => run(fromFlags(flags)));
}

function fromFlags(flags: Flags): ListenOptions {
  const { schema, event, filter, select } = flags;
  const shared = {
    ...(schema === undefined ? {} : { schema }),
    ...(event === undefined ? {} : { event: event as EventName }),
    ...(filter === undefined ? {} : { filter }),
    ...(select === undefined ? {} : { select }),
  };
  return {
    url: flags.url,
    apikey: flags.apikey,
    subscriptions: flags.table.map((own) => ({ ...shared, ...own })),
    tokenFile: flags.tokenFile ?? null,
    count: flags.count ?? null,
    timeoutMs: flags.timeout === undefined ? null : flags.timeout * 1_000,
    db: flags.db ?? null,
    json: flags.json ?? false,
  };
}

function addTable(text: string, before: readonly TableOptions[] | undefined): readonly TableOptions[] {
  const colon = text.indexOf(':');
  const own = colon < 0 ? { table: text } : { table: text.slice(0, colon), filter: text.slice(colon + 1) };
  return [...(before ?? []), own];
}

/** In any case; the manager checks the word. */
function parseEvent(text: string): string {
  return text.toUpperCase();
}

function parseColumns(text: string): readonly string[] {
  return text.split(',').map((column) => column.trim());
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!/^\d+$/u.test(text) || count < 1) throw new InvalidArgumentError('It must be a whole number from 1.');
  return count;
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!/^\d+(?:\.\d+)?$/u.test(text) || seconds <= 0 || seconds > 2_000_000) {
    throw new InvalidArgumentError('It must be a number of seconds above 0.');
  }
  return seconds;
}
