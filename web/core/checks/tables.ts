import type { ManagerOptions } from '../api/options.js';
import { SwitchboardError } from '../api/errors.js';
import type { RpcCallback } from '../api/tables.js';
import type { SubscriptionSpec, TrackedTable } from '../engine/engine.js';
import {
  describe,
  optionalNumber,
  optionalText,
  optionalWord,
  refuseUnknown,
  requireFunction,
  requireObject,
  type Given,
} from '../base/validate.js';

const TOPIC = /^[\w.-]{1,100}$/;
const ROADS = ['auto', 'broadcast', 'postgres_changes'] as const;
const LEAVING = ['delete', 'update', 'both'] as const;

/**
 * The tracked tables, with the names of their topics; none: an empty list.
 *
 * @throws SwitchboardError
 */
export function checkTables(given: Given): readonly TrackedTable[] {
  if (given.tables === undefined) return [];
  return Object.entries(requireObject(given.tables, 'tables')).map(([table, options]) => checkTable(table, options));
}

function checkTable(table: string, options: unknown): TrackedTable {
  const option = `tables.${table}`;
  const given = requireObject(options, option);
  refuseUnknown(given, ['by', 'topic', 'schema'], `\`${option}\``);
  const schema = optionalText(given, 'schema', 'public');
  if (table.trim() === '' || table === '*' || schema === '*') {
    throw invalid(option, '`tables` must name each tracked table, such as { bookings: { by: "business_id" } }.');
  }
  for (const prefix of new Set(['public.', `${schema}.`])) {
    if (!table.startsWith(prefix)) continue;
    const name = table.slice(prefix.length);
    throw invalid(
      option,
      `\`${option}\`: the schema has an option of its own: { ${name}: { schema: "${prefix.slice(0, -1)}" } }.`,
    );
  }
  const topic = optionalText(given, 'topic', schema === 'public' ? table : `${schema}.${table}`);
  if (!TOPIC.test(topic)) {
    const rule = 'at most 100 letters, digits, points, hyphens and underscores';
    throw invalid('topic', `\`${option}.topic\` must be ${rule}, as in switchboard.track, not ${describe(topic)}.`);
  }
  const by = given.by === undefined ? {} : { by: optionalText(given, 'by', '') };
  return { schema, table, topic, ...by };
}

/**
 * How the function that gives missing changes is called; null: there is no way.
 *
 * @throws SwitchboardError
 */
export function checkRpc(
  { rpc }: Pick<ManagerOptions, 'rpc'>,
  tables: readonly TrackedTable[],
  fromClient: RpcCallback | null,
): RpcCallback | null {
  if (rpc === undefined) return fromClient;
  requireFunction(rpc, 'rpc', 'pass (name, args, { signal }) => supabase.rpc(name, args).abortSignal(signal).');
  if (tables.length > 0) return rpc;
  throw invalid('rpc', '`rpc` is of use only with `tables`: name the tracked tables, or leave it out.');
}

/**
 * The options of a subscription that are about numbered changes.
 *
 * @throws SwitchboardError
 */
export function checkRoad(given: Given): Pick<SubscriptionSpec, 'via' | 'leaving' | 'from'> {
  const via = optionalWord(given, 'via', ROADS) ?? 'auto';
  const leaving = optionalWord(given, 'leaving', LEAVING);
  const from = checkFrom(given);
  if (via === 'postgres_changes' && from !== null) {
    throw invalid('from', '`from` needs numbers, which `postgres_changes` does not have: leave `via` out.');
  }
  return {
    ...(via === 'auto' ? {} : { via }),
    ...(leaving === undefined ? {} : { leaving }),
    ...(from === null ? {} : { from }),
  };
}

function checkFrom(given: Given): NonNullable<SubscriptionSpec['from']> | null {
  if (given.from === undefined) return null;
  const from = requireObject(given.from, 'from');
  refuseUnknown(from, ['number', 'epoch'], '`from`');
  const number = optionalNumber(from, 'number', { min: 0, max: Number.MAX_SAFE_INTEGER });
  if (number === undefined) {
    throw new SwitchboardError(
      'MISSING_OPTION',
      'number',
      '`from.number` is missing: that of the last change you have.',
    );
  }
  return from.epoch === undefined ? { number } : { number, epoch: optionalText(from, 'epoch', '') };
}

/**
 * Whether the manager can serve a subscription that needs numbers.
 *
 * @throws SwitchboardError
 */
export function requireTracked({ schema, table, via, from }: SubscriptionSpec, tables: readonly TrackedTable[]): void {
  const option = via === 'broadcast' ? 'via' : from === undefined ? null : 'from';
  if (option === null || tables.some((tracked) => tracked.schema === schema && tracked.table === table)) return;
  const example = `createRealtimeManager({ …, tables: { ${table}: { by: '…' } } })`;
  throw invalid(
    option,
    `\`${option}\` needs numbered changes, and ${schema}.${table} is not in \`tables\`: ${example}.`,
  );
}

function invalid(option: string, message: string): SwitchboardError {
  return new SwitchboardError('INVALID_OPTION', option, message);
}
