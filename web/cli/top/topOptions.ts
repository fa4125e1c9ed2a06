import { Command, Option } from 'commander';
import { apikeyOption, checkRequired, required, requiredEither, tokenFileOption, urlOption } from '../commonOptions.js';
import { readTableName, type TableName } from '../doctor/finding.js';
import { EXIT_HELP } from '../exitCodes.js';
import { notes } from '../helpText.js';
import { PLANS, type PlanName } from '../../inspector/model/limits.js';

/** What `top` was asked to do. */
export interface TopOptions {
  url: string;
  apikey: string;
  /** See `ConnectionOptions`. */
  tokenFile: string | null;
  tables: readonly TableName[];
  /** Names of channels, without `realtime:`. */
  channels: readonly string[];
  private: boolean;
  plan: PlanName;
}

/** As commander hands them over. */
interface Flags {
  url: string;
  apikey: string;
  tokenFile?: string;
  table?: readonly TableName[];
  channel?: readonly string[];
  private?: true;
  plan: PlanName;
}

const NOTES = `
Subscribes, and shows on the whole screen what becomes of it: state, sockets,
subscriptions with their changes, channels with who is present, rates beside the
project's limits, latency, and for what is not live why and what to do.
Keys: r reconnects, p pauses, q ends.

It needs a terminal, and the packages ink and react (npm install ink react).

Example:
  $ switchboard-realtime top --table bookings --table clients --channel lobby

${EXIT_HELP}`;

/** The command `top`; `run` gets its checked options. */
export function topCommand(run: (options: TopOptions) => Promise<void>): Command {
  const [table, channel] = requiredEither(
    new Option('--table <table>', '`table` or `schema.table`; may be repeated').argParser(collectTable),
    new Option('--channel <name>', 'a channel; may be repeated').argParser(collectText),
  );
  return new Command('top')
    .description('show on the whole screen what a connection does')
    .addOption(required(urlOption()))
    .addOption(required(apikeyOption()))
    .addOption(table)
    .addOption(channel)
    .option('--private', 'the channels are private')
    .addOption(new Option('--plan <plan>', 'whose limits to compare with').choices(PLANS).default('free'))
    .addOption(tokenFileOption())
    .addHelpText('after', notes(NOTES))
    .action((flags: Flags, command: Command) => {
      checkRequired(command);
      return run(fromFlags(flags));
    });
}

function fromFlags({ url, apikey, tokenFile, table, channel, private: isPrivate, plan }: Flags): TopOptions {
  return {
    ...{ url, apikey, plan, tokenFile: tokenFile ?? null },
    ...{ tables: table ?? [], channels: channel ?? [], private: isPrivate ?? false },
  };
}

function collectTable(text: string, before: readonly TableName[] = []): readonly TableName[] {
  return [...before, readTableName(text, 'public')];
}

function collectText(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}
