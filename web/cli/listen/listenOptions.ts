import { Command, InvalidArgumentError, Option } from 'commander';
import type { EventName, NumberedPosition, Road, TablesOption } from '../../core/index.js';
import {
  apikeyOption,
  checkDatabaseUrl,
  checkRequired,
  colorOption,
  dbOption,
  jsonOption,
  parseSeconds,
  required,
  requiredEither,
  tokenFileOption,
  urlOption,
} from '../commonOptions.js';
import { EXIT_HELP } from '../exitCodes.js';
import { notes } from '../helpText.js';
import type { ColourChoice } from '../style.js';
import { parseSpan, readChannel, type ChannelSource } from './channelOptions.js';
import { addTrackOptions, trackProblem, type TrackFlags } from './trackOptions.js';

/** What `listen` was asked to do. */
export interface ListenOptions {
  url: string;
  apikey: string;
  subscriptions: readonly TableOptions[];
  /** Those of the tables whose changes are numbered. */
  tables: TablesOption;
  channels: readonly ChannelSource[];
  /** Of all channels. */
  channel: ChannelRequest;
  /** Read whenever an access token is needed; null: the api key's rights. */
  tokenFile: string | null;
  /** Ends after this many changes; null: never. */
  count: number | null;
  /** Ends when not every table has been live by then, in ms; null: never. */
  timeoutMs: number | null;
  /** Queried for the cause when the server refuses a subscription; null: no hints. */
  db: string | null;
  /** How often the pulse beats, in ms; null: it is not listened to. */
  pulseMs: number | null;
  /** Gets the recording at the end; null: none is wanted. */
  record: string | null;
  /** Lines of JSON even on a terminal. */
  json: boolean;
  color: ColourChoice;
}

/** How channels are listened to. */
export interface ChannelRequest {
  private: boolean;
  /** Also print who is present. */
  presence: boolean;
  /** Also print what was sent in this time before, in ms; null: only what comes. */
  replayMs: number | null;
}

export interface TableOptions {
  table: string;
  schema?: string;
  event?: EventName;
  filter?: string;
  select?: readonly string[];
  via?: Road;
  from?: NumberedPosition;
}

/** As commander hands them over. */
interface Flags extends TrackFlags {
  url: string;
  apikey: string;
  table?: readonly TableOptions[];
  channel?: readonly ChannelSource[];
  private?: boolean;
  presence?: boolean;
  replay?: number;
  schema?: string;
  event?: string;
  filter?: string;
  select?: readonly string[];
  tokenFile?: string;
  count?: number;
  timeout?: number;
  db?: string;
  pulse?: number | true;
  record?: string;
  json?: boolean;
  color: ColourChoice;
}

const PULSE_S = 5;

const NOTES = `
Prints one line per change, broadcast, change of presence, gap, change of status
and change of the connection: JSON when --json is given or the output is no
terminal, unless --color always asks for the text of a terminal. Tables, then
channels, are numbered (#1, #2 …) in the order of the options; all of them share
one socket. Logs go to standard error.

Lines of changes of a --track table have the number of the change and its epoch.
With the last ones, --from epoch:number continues where another run has ended.
Changes of one statement may share a number: they are printed together.

The event of a channel follows the last colon of its option. For a channel whose
name has a colon, end it with one more: --channel room:7: is all of room:7.

Examples:
  $ switchboard-realtime listen --url http://127.0.0.1:54321 --apikey "$KEY" \\
      --table bookings
  $ switchboard-realtime listen --table "bookings:business_id=eq.7" \\
      --table clients --event insert --json | jq .new
  $ switchboard-realtime listen --table "bookings:business_id=eq.7" \\
      --track bookings=business_id --from 9f3c01ab77e2:41
  $ switchboard-realtime listen --channel room:7:cursor --presence
  $ switchboard-realtime listen --channel news: --private --replay 10m
  $ switchboard-realtime listen --table bookings --count 1 --timeout 30
  (the last five take url and key from SUPABASE_URL and SUPABASE_ANON_KEY)

${EXIT_HELP}`;

/** The command `listen`; `run` gets its checked options. */
export function listenCommand(run: (options: ListenOptions) => Promise<void>): Command {
  const [table, channel] = requiredEither(
    new Option('--table <table[:filter]>', 'a table, or a table and its filter; may be repeated').argParser(addTable),
    new Option('--channel <name[:event]>', 'a channel, or one event of it; may be repeated').argParser(addChannel),
  );
  const command = new Command('listen')
    .description('print changes of tables and what is sent on channels, as it happens')
    .addOption(required(urlOption()))
    .addOption(required(apikeyOption()))
    .addOption(table)
    .option('--schema <schema>', "the tables' schema (default: public)")
    .addOption(new Option('--event <event>', 'only these changes: insert, update or delete').argParser(parseEvent))
    .option('--filter <filter>', 'for tables without a filter of their own, such as id=eq.5')
    .addOption(new Option('--select <columns>', 'only these columns, separated by commas').argParser(parseColumns));
  return addTrackOptions(command)
    .addOption(channel)
    .option('--private', 'the channels are private')
    .option('--presence', 'also print who comes, changes and leaves on the channels')
    .addOption(
      new Option(
        '--replay <span>',
        'of private channels also what was sent since, such as 10m (25 messages at most)',
      ).argParser(parseSpan),
    )
    .addOption(tokenFileOption())
    .addOption(new Option('--count <n>', 'end after this many changes and broadcasts').argParser(parseCount))
    .addOption(
      new Option('--timeout <s>', 'end when not everything is live after this many seconds').argParser(parseSeconds),
    )
    .addOption(
      new Option(
        '--pulse [s]',
        `notice silent losses by the database's pulse, which beats every [s] seconds (without a value: ${PULSE_S})`,
      ).argParser(parseSeconds),
    )
    .addOption(dbOption('postgres://…: asked why when the server refuses a table (see doctor)'))
    .option('--record <file>', 'at the end, write what was seen and decided: for a bug report. Contains rows, no keys')
    .addOption(jsonOption())
    .addOption(colorOption())
    .addHelpText('after', notes(NOTES))
    .action((flags: Flags, command: Command) => {
      checkRequired(command);
      checkDatabaseUrl(flags.db, command);
      checkKinds(flags, command);
      return run(fromFlags(flags));
    });
}

const OF_TABLES = ['schema', 'event', 'filter', 'select', 'pulse', 'track', 'from', 'via'] as const;
const OF_CHANNELS = ['private', 'presence', 'replay'] as const;

/** An option that can have no effect is a mistake. */
function checkKinds(flags: Flags, command: Command): void {
  const refuse = (names: readonly (keyof Flags)[], fix: string): void => {
    const given = names.find((name) => flags[name] !== undefined);
    if (given !== undefined) command.error(`error: --${given} ${fix}`);
  };
  if (flags.table === undefined)
    refuse(OF_TABLES, 'is for tables; the event of a channel is given with it: --channel room:event');
  if (flags.channel === undefined) refuse(OF_CHANNELS, 'is for channels: give --channel <name>');
  const problem = trackProblem(flags, flags.table ?? []);
  if (problem !== null) command.error(`error: ${problem}`);
  if (flags.private !== true) refuse(['replay'], 'needs --private: only private channels can be replayed');
}

function fromFlags(flags: Flags): ListenOptions {
  const { schema, event, filter, select, via, from } = flags;
  const shared = {
    ...(schema === undefined ? {} : { schema }),
    ...(event === undefined ? {} : { event: event as EventName }),
    ...(filter === undefined ? {} : { filter }),
    ...(select === undefined ? {} : { select }),
    ...(via === undefined ? {} : { via }),
    ...(from === undefined ? {} : { from }),
  };
  return {
    url: flags.url,
    apikey: flags.apikey,
    subscriptions: (flags.table ?? []).map((own) => ({ ...shared, ...own })),
    tables: tablesOf(flags),
    channels: flags.channel ?? [],
    channel: {
      private: flags.private ?? false,
      presence: flags.presence ?? false,
      replayMs: flags.replay ?? null,
    },
    tokenFile: flags.tokenFile ?? null,
    count: flags.count ?? null,
    timeoutMs: flags.timeout === undefined ? null : flags.timeout * 1_000,
    db: flags.db ?? null,
    pulseMs: flags.pulse === undefined ? null : (flags.pulse === true ? PULSE_S : flags.pulse) * 1_000,
    record: flags.record ?? null,
    json: flags.json ?? false,
    color: flags.color,
  };
}

function tablesOf({ track = [], schema }: Flags): TablesOption {
  const options = track.map(({ table, by, topic }) => {
    const tracked = {
      ...(schema === undefined ? {} : { schema }),
      ...(by === null ? {} : { by }),
      ...(topic === null ? {} : { topic }),
    };
    return [table, tracked] as const;
  });
  return Object.fromEntries(options);
}

function addTable(text: string, before: readonly TableOptions[] | undefined): readonly TableOptions[] {
  const colon = text.indexOf(':');
  const own = colon < 0 ? { table: text } : { table: text.slice(0, colon), filter: text.slice(colon + 1) };
  return [...(before ?? []), own];
}

function addChannel(text: string, before: readonly ChannelSource[] | undefined): readonly ChannelSource[] {
  return [...(before ?? []), readChannel(text)];
}

/** Accepts any case; the manager checks the value. */
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
