import { Command, InvalidArgumentError, Option } from 'commander';
import {
  apikeyOption,
  checkDatabaseUrl,
  checkRequired,
  colorOption,
  dbOption,
  jsonOption,
  required,
  requiredEither,
  tokenFileOption,
  urlOption,
} from '../commonOptions.js';
import { EXIT_HELP } from '../exitCodes.js';
import { notes } from '../helpText.js';
import type { ColourChoice } from '../style.js';
import type { TrackWish } from './checks/trackChecks.js';
import { readTableName, type TableName } from './finding.js';

/** What `doctor` was asked to do. */
export interface DoctorOptions {
  /** Of a role that may read the catalogs, and with `fix` change tables. */
  db: string;
  tables: readonly TableName[];
  /** Names of private channels, without `realtime:`. */
  channels: readonly string[];
  /** Null: the one that the token or key names, or anon. */
  role: string | null;
  /** How a table is to be tracked; null: not asked. */
  track: TrackWish | null;
  /** The table that is not to be tracked any more. */
  untrack: TableName | null;
  pulse: boolean;
  endpoint: { url: string; apikey: string } | null;
  tokenFile: string | null;
  fix: boolean;
  /** Also run what decides who may do what. */
  access: boolean;
  yes: boolean;
  json: boolean;
  color: ColourChoice;
}

/** As commander hands them over. */
interface Flags {
  db: string;
  tables?: readonly string[];
  channel?: readonly string[];
  schema: string;
  role?: string;
  track?: string;
  by?: string;
  topic?: string;
  readers?: string;
  untrack?: string;
  pulse?: boolean;
  url?: string;
  apikey?: string;
  tokenFile?: string;
  fix?: boolean;
  access?: boolean;
  yes?: boolean;
  json?: boolean;
  color: ColourChoice;
}

const NOTES = `
Reports what keeps changes from arriving, why it matters, and the SQL that fixes
it; with --json one line for each finding.

With --channel it reports whether the role may receive and send broadcasts on a
private channel, see who is present and be present, by which policy, and the SQL
that would allow it; and whether realtime.send works there. The policies of
realtime.messages are tried as the server does: with rows that are rolled back.

With --track it reports whether a table's changes are numbered (docs/numbered-
changes.md), by which column and for which readers, and what is wrong with that:
policies, grants, triggers, a missing beat, numbers that do not move. With --fix
it installs what is missing, tracks the table, and tries it with a table that it
makes, writes to and drops. --untrack takes that back; for the last table it
removes the SQL, too.

--fix runs that SQL, after asking (in scripts: --yes), and looks again. It never
runs a statement after which PostgreSQL would refuse the application's UPDATEs
or DELETEs, nor one that locks a large table; it says what is left to do. The
statements of one finding are one transaction; a failure stops nothing else.
Grants and policies decide who may read what: they are run with --access only.

The driver is the package pg, installed beside this one.

Examples:
  $ switchboard-realtime doctor --db "$DATABASE_URL" --tables bookings,clients
  $ switchboard-realtime doctor --tables bookings --role authenticated --fix
  $ switchboard-realtime doctor --channel room:1 --role authenticated
  $ switchboard-realtime doctor --track bookings --by business_id \\
      --readers 'key = auth.uid()::text' --fix
  $ switchboard-realtime doctor --tables bookings --url "$SUPABASE_URL" \\
      --apikey "$SUPABASE_ANON_KEY" --json

${EXIT_HELP}`;

/** The command `doctor`; `run` gets its checked options. */
export function doctorCommand(run: (options: DoctorOptions) => Promise<void>): Command {
  const track = new Option('--track <table>', 'number the changes of this table');
  const untrack = new Option('--untrack <table>', 'number them no more').conflicts('track');
  const [tables, channel] = requiredEither(
    new Option('--tables <tables>', 'table or schema.table, several separated by commas').argParser(parseNames),
    new Option('--channel <name>', 'a private channel; may be repeated').argParser(addChannel),
    track,
    untrack,
  );
  return new Command('doctor')
    .description('check the database side of realtime, and fix it')
    .addOption(required(dbOption('postgres://… of a role that may read the catalogs')))
    .addOption(tables)
    .addOption(channel)
    .addOption(track)
    .option('--by <column>', 'with --track: the column whose value is the key of the topic')
    .option('--topic <name>', "with --track: the name of the topics (default: the table's)")
    .option('--readers <expression>', 'with --track: SQL over key, auth.uid(), auth.jwt() and auth.role()')
    .addOption(untrack)
    .option('--schema <schema>', 'of tables that are given without one', 'public')
    .option('--role <role>', 'for whom it checks (default: that of the token or key, else anon)')
    .option('--pulse', 'the application uses the option `pulse`')
    .addOption(urlOption())
    .addOption(apikeyOption())
    .addOption(tokenFileOption())
    .option('--fix', 'run the SQL that fixes what was found')
    .option('--access', 'with --fix: run grants and policies, too')
    .option('--yes', 'with --fix: do not ask')
    .addOption(jsonOption())
    .addOption(colorOption())
    .addHelpText('after', notes(NOTES))
    .action((flags: Flags, command: Command) => run(fromFlags(flags, command)));
}

function fromFlags(flags: Flags, command: Command): DoctorOptions {
  checkRequired(command);
  checkDatabaseUrl(flags.db, command);
  const { tables = [], channel: channels = [] } = flags;
  return {
    db: flags.db,
    tables: tables.map((name) => readTableName(name, flags.schema)),
    channels,
    role: flags.role ?? null,
    track: wishOf(flags, command),
    untrack: flags.untrack === undefined ? null : readTableName(flags.untrack, flags.schema),
    pulse: flags.pulse ?? false,
    endpoint: endpointOf(flags, command),
    tokenFile: flags.tokenFile ?? null,
    fix: flags.fix ?? false,
    access: flags.access ?? false,
    yes: flags.yes ?? false,
    json: flags.json ?? false,
    color: flags.color,
  };
}

function wishOf({ track, by, topic, readers, schema }: Flags, command: Command): TrackWish | null {
  if (track !== undefined) {
    return {
      ...{ table: readTableName(track, schema), by: by ?? null, topic: topic ?? null, readers: readers ?? null },
    };
  }
  for (const [name, value] of Object.entries({ by, topic, readers })) {
    if (value !== undefined) command.error(`error: --${name} needs --track.`);
  }
  return null;
}

/** Checked when both are known; one that only the environment gives is not asked for. */
function endpointOf({ url, apikey }: Flags, command: Command): DoctorOptions['endpoint'] {
  const given = (option: string): boolean => command.getOptionValueSource(option) === 'cli';
  if (url !== undefined && apikey !== undefined) {
    if (!/^(?:https?|wss?):\/\//u.test(url)) {
      command.error('error: --url (or SUPABASE_URL) must be an http or ws url.');
    }
    return { url, apikey };
  }
  if (given('url')) command.error('error: --url needs --apikey (or SUPABASE_ANON_KEY).');
  if (given('apikey')) command.error('error: --apikey needs --url (or SUPABASE_URL).');
  return null;
}

/** The topic, which begins with `realtime:`, takes 255 bytes at most. */
const MAX_CHANNEL_BYTES = 255 - 'realtime:'.length;

function addChannel(name: string, before: readonly string[] | undefined): readonly string[] {
  if (name === '' || Buffer.byteLength(name) > MAX_CHANNEL_BYTES) {
    throw new InvalidArgumentError(`It must be the name of a channel, of 1 to ${MAX_CHANNEL_BYTES} bytes.`);
  }
  return [...(before ?? []), name];
}

function parseNames(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.some((name) => name === '' || name.startsWith('.') || name.endsWith('.'))) {
    throw new InvalidArgumentError('It must be names of tables, separated by commas.');
  }
  return names;
}
