import { Command, InvalidArgumentError, Option } from 'commander';
import { readTableName, type TableName } from './finding.js';

/** What `doctor` was asked to do. */
export interface DoctorOptions {
  /** Of a role that may read the catalogs, and with `fix` change tables. */
  db: string;
  tables: readonly TableName[];
  /** Null: the one that the token or key names, or anon. */
  role: string | null;
  pulse: boolean;
  endpoint: { url: string; apikey: string } | null;
  tokenFile: string | null;
  fix: boolean;
  /** Also run what decides who may read. */
  access: boolean;
  yes: boolean;
  json: boolean;
}

/** As commander hands them over. */
interface Flags {
  db: string;
  tables: readonly string[];
  schema: string;
  role?: string;
  pulse?: boolean;
  url?: string;
  apikey?: string;
  tokenFile?: string;
  fix?: boolean;
  access?: boolean;
  yes?: boolean;
  json?: boolean;
}

const NOTES = `
Says what keeps changes from arriving, why it matters, and the SQL that mends it. JSON, one line for each finding, with --json.
--fix runs that SQL (after asking; in scripts with --yes), in one transaction but for settings of the server, and looks again.
Grants and policies decide who may read what, so --fix leaves them to you unless --access is given.
The driver is the package pg; install it next to this one.

Exit codes: 0 nothing found (notes do not count); 1 findings; 2 wrong usage, or the database can't be reached.`;

/** The command `doctor`; `run` gets its checked options. */
export function doctorCommand(run: (options: DoctorOptions) => Promise<void>): Command {
  return new Command('doctor')
    .description('check the database side of realtime, and mend it')
    .addOption(
      new Option('--db <url>', 'postgres://… of a role that may read the catalogs')
        .env('DATABASE_URL')
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--tables <tables>', 'table or schema.table, several separated by commas')
        .argParser(parseNames)
        .makeOptionMandatory(),
    )
    .option('--schema <schema>', 'of tables that are given without one', 'public')
    .option('--role <role>', 'who is to get the changes (default: that of the token or key, else anon)')
    .option('--pulse', 'the application uses the option `pulse`')
    .option('--url <url>', "the project's url, to check Realtime and REST; needs --apikey")
    .option('--apikey <key>', 'anon or publishable key')
    .option('--token-file <file>', 'holds an access token, to check it')
    .option('--fix', 'run the SQL that mends what was found')
    .option('--access', 'with --fix: run grants and policies, too')
    .option('--yes', 'with --fix: do not ask')
    .option('--json', 'lines of JSON')
    .addHelpText('after', NOTES)
    .action((flags: Flags, command: Command) => run(fromFlags(flags, command)));
}

function fromFlags(flags: Flags, command: Command): DoctorOptions {
  const { url, apikey } = flags;
  if ((url === undefined) !== (apikey === undefined)) command.error('error: --url and --apikey belong together.');
  if (url !== undefined && !/^(?:https?|wss?):\/\//u.test(url))
    command.error('error: --url must be an http or ws url.');
  return {
    db: flags.db,
    tables: flags.tables.map((name) => readTableName(name, flags.schema)),
    role: flags.role ?? null,
    pulse: flags.pulse ?? false,
    endpoint: url === undefined || apikey === undefined ? null : { url, apikey },
    tokenFile: flags.tokenFile ?? null,
    fix: flags.fix ?? false,
    access: flags.access ?? false,
    yes: flags.yes ?? false,
    json: flags.json ?? false,
  };
}

function parseNames(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.some((name) => name === '' || name.startsWith('.') || name.endsWith('.'))) {
    throw new InvalidArgumentError('It must be names of tables, separated by commas.');
  }
  return names;
}
