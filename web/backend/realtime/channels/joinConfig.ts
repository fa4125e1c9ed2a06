import { inspectTerm } from '../../filter/inspect.js';
import { entryId } from '../wire/entryId.js';
import { isObject, sortedEntries, termJson } from '../wire/termJson.js';

/** A join that crashes on its payload; the message is what the server answers. */
export class JoinPayloadError extends Error {}

export interface JoinEntry {
  id: number;
  parameters: Readonly<Record<string, unknown>>;
}

export interface JoinConfig {
  ack: boolean;
  self: boolean;
  /** Null when none was asked for. The parameters are as the client sent them. */
  replay: { parameters: unknown } | null;
  replicationReady: boolean;
  presenceKey: string | null;
  presenceEnabled: boolean;
  isPrivate: boolean;
  entries: readonly JoinEntry[];
  /** How long the reply waits for the database subscription, in ms; null: it does not. */
  waitMs: number | null;
  /** Joins without `config` get the old API, in which the event is the type of the change. */
  isOldApi: boolean;
  /** Null when the connection's own token counts. */
  accessToken: string | null;
}

const ACCESS_ERROR = 'no function clause matching in Access.get/3';

/** Reads the payload of `phx_join` as leniently as the server: what does not fit counts as absent. */
export function parseJoin(payload: unknown, subTopic: string): JoinConfig {
  if (!isObject(payload)) throw new JoinPayloadError(`expected params to be a :map, got: \`${inspectTerm(payload)}\``);
  const isOldApi = !('config' in payload);
  const config = payload.config ?? {};
  const broadcast = isObject(config) ? (config.broadcast ?? {}) : {};
  if (!isObject(config) || !isObject(broadcast)) throw new JoinPayloadError(ACCESS_ERROR);
  const presence = isObject(config.presence) ? config.presence : {};
  const { key } = presence;
  return {
    ack: flexibleBoolean(broadcast.ack),
    self: flexibleBoolean(broadcast.self),
    replay: 'replay' in broadcast ? { parameters: broadcast.replay } : null,
    replicationReady: isTruthy(broadcast.replication_ready),
    presenceKey: typeof key === 'string' && key !== '' ? key : null,
    presenceEnabled: flexibleBoolean(presence.enabled),
    isPrivate: flexibleBoolean(config.private),
    entries: isOldApi ? [oldApiEntry(subTopic)] : parseEntries(config.postgres_changes),
    waitMs: parseWait(config.postgres_changes_options),
    isOldApi,
    accessToken: parseToken(payload),
  };
}

/** The `postgres_changes` of a join reply: what was asked for, with ids. */
export function describeEntries(entries: readonly JoinEntry[]): string {
  const texts = entries.map(({ id, parameters }) => {
    const fields = sortedEntries(parameters).map(([name, value]) => `,${JSON.stringify(name)}:${termJson(value)}`);
    return `{"id":${id}${fields.join('')}}`;
  });
  return `[${texts.join(',')}]`;
}

function flexibleBoolean(value: unknown): boolean {
  return value === true || (typeof value === 'string' && value.toLowerCase() === 'true');
}

const [DEFAULT_WAIT_MS, MAX_WAIT_MS] = [15_000, 20_000];

function parseWait(options: unknown): number | null {
  if (!isObject(options) || !flexibleBoolean(options.wait)) return null;
  const { timeout } = options;
  return typeof timeout === 'number' && timeout >= 0 ? Math.min(timeout, MAX_WAIT_MS) : DEFAULT_WAIT_MS;
}

function isTruthy(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false;
}

function parseEntries(list: unknown): JoinEntry[] {
  if (!Array.isArray(list)) return [];
  return (list as unknown[])
    .filter((entry) => entry !== null)
    .map((entry) => {
      if (!isObject(entry)) throw new JoinPayloadError(`expected a map, got:\n\n    ${inspectTerm(entry)}\n`);
      return { id: entryId(entry), parameters: entry };
    });
}

function oldApiEntry(subTopic: string): JoinEntry {
  const [schema = '', table, ...rest] = subTopic.split(':');
  const parameters: Record<string, unknown> = { schema };
  if (table !== undefined) parameters.table = table;
  if (rest.length > 0) parameters.filter = rest.join(':');
  return { id: entryId(parameters), parameters };
}

function parseToken(payload: Record<string, unknown>): string | null {
  const { access_token: accessToken, user_token: userToken } = payload;
  const shown = accessToken ?? userToken;
  if (typeof shown === 'string' && shown.startsWith('sb_')) return null;
  if (typeof userToken === 'string') return userToken;
  return typeof accessToken === 'string' ? accessToken : null;
}
