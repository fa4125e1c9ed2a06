import { InvalidArgumentError, Option, type Command } from 'commander';
import type { NumberedPosition, Road } from '../../core/index.js';

/** A tracked table, by name. */
export interface TrackedSource {
  table: string;
  /** Null: it has one topic. */
  by: string | null;
  /** Null: the table's name. */
  topic: string | null;
}

/** As commander hands them over. */
export interface TrackFlags {
  track?: readonly TrackedSource[];
  from?: NumberedPosition;
  via?: Road;
}

const MAX_DIGITS = 15;

export function addTrackOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--track <table[=column]>',
        'a --table whose changes are numbered, and by which column; @topic at the end, if that is not the table; may be repeated',
      ).argParser(addTracked),
    )
    .addOption(
      new Option('--from <[epoch:]number>', 'print what was committed since this number; of one table').argParser(
        parsePosition,
      ),
    )
    .addOption(new Option('--via <road>', 'only by broadcast, or only by postgres_changes').argParser(parseRoad));
}

/** What is wrong with the flags, as far as they do not fit the tables; else null. */
export function trackProblem(
  { track = [], from, via }: TrackFlags,
  tables: readonly { table: string }[],
): string | null {
  const lacking = track.find(({ table }) => tables.every((listened) => listened.table !== table));
  if (lacking !== undefined) return `--track ${lacking.table} needs --table ${lacking.table}`;
  const untracked = tables.find(({ table }) => track.every((tracked) => tracked.table !== table));
  if (untracked !== undefined && (from !== undefined || via === 'broadcast')) {
    const option = from === undefined ? '--via broadcast' : '--from';
    return `${option} needs numbers: give --track ${untracked.table}=<column>, with the column that switchboard.track was given`;
  }
  return from !== undefined && tables.length > 1 ? '--from is for one --table: each has numbers of its own' : null;
}

function addTracked(text: string, before: readonly TrackedSource[] | undefined): readonly TrackedSource[] {
  const [, table = '', by = null, topic = null] = /^([^=@]+)(?:=([^@]+))?(?:@(.+))?$/u.exec(text) ?? [];
  if (table === '') throw new InvalidArgumentError('It must be table, table=column or table=column@topic.');
  return [...(before ?? []), { table, by, topic }];
}

function parseRoad(text: string): Road {
  if (text === 'broadcast' || text === 'postgres_changes') return text;
  throw new InvalidArgumentError('It must be broadcast or postgres_changes.');
}

function parsePosition(text: string): NumberedPosition {
  const [, epoch, digits = ''] = /^(?:(.+):)?(\d+)$/u.exec(text) ?? [];
  if (digits === '' || digits.length > MAX_DIGITS) {
    throw new InvalidArgumentError('It must be a number, or epoch:number, as in the lines of changes.');
  }
  return { number: Number(digits), ...(epoch === undefined ? {} : { epoch }) };
}
