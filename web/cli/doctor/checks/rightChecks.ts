import { CheckFailure, type ChannelContext, type Command, type Extension, type Right } from '../facts/channelRights.js';
import type { MessagesFacts } from '../facts/messages.js';
import { listed, quoteName, type Finding, type MakeFinding } from '../finding.js';

/** What a right is called, and what becomes of a client without it. */
interface Words {
  readonly check: string;
  /** After "may". */
  readonly what: string;
  /** In the name of a policy. */
  readonly does: string;
  readonly without: string;
}

const RIGHTS: Readonly<Record<Command, Readonly<Record<Extension, Words>>>> = {
  SELECT: {
    broadcast: {
      ...{ check: 'receive_broadcasts', what: 'receive broadcasts', does: 'receives broadcasts' },
      without: 'Broadcasts are withheld silently.',
    },
    presence: {
      ...{ check: 'see_presence', what: 'see who is present', does: 'sees presence' },
      without: 'The client is never sent who is present.',
    },
  },
  INSERT: {
    broadcast: {
      ...{ check: 'send_broadcasts', what: 'send broadcasts', does: 'sends broadcasts' },
      without: 'The server drops its broadcasts and does not answer, also where an acknowledgement was asked for.',
    },
    presence: {
      ...{ check: 'be_present', what: 'be present', does: 'is present' },
      without: 'What the client tracks reaches nobody.',
    },
  },
};

const JOIN_REFUSED =
  'As it may see no presence either, the server refuses to let it join (Unauthorized), and answers only after 5 s.';

/** What a finding is made of, besides the right itself. */
export interface RightSurroundings {
  readonly context: ChannelContext & { readonly bypasses: boolean };
  readonly messages: MessagesFacts;
  readonly make: MakeFinding;
}

/** Whether the role has the right, by which policy, and the SQL that gives it. `all`: the channel's four rights. */
export function rightFinding(right: Right, all: readonly Right[], surroundings: RightSurroundings): Finding {
  const { make, context } = surroundings;
  const { check, what, without } = RIGHTS[right.command][right.extension];
  if (right.allowed === true) {
    const message = `${context.role} may ${what}${grounds(right, surroundings)}`;
    return make('note', check, { message, why: evaluated(right, context), sql: [] });
  }
  const joins = all.some(({ command, allowed }) => command === 'SELECT' && allowed === true);
  const isRefused = right.command === 'SELECT' && right.extension === 'broadcast' && !joins;
  return make(isRefused ? 'error' : 'warning', check, {
    message: `${context.role} may not ${what}: ${obstacle(right, surroundings)}`,
    why: [isRefused ? JOIN_REFUSED : without, evaluated(right, context)].join(' '),
    sql: remedy(right, surroundings),
    access: true,
  });
}

function grounds({ policies }: Right, { context, messages }: RightSurroundings): string {
  if (context.bypasses) return ', as row level security does not hold for it';
  if (!messages.rowSecurity) return ', as row level security is off';
  const accepting = policies
    .filter(({ permissive, accepts }) => permissive && accepts)
    .map(({ name }) => quoteName(name));
  return accepting.length === 0 ? '' : `, by ${plural('policy', 'policies', accepting)}`;
}

/** When the server asks, and what it could not know here. */
function evaluated({ command, policies }: Right, { claims }: ChannelContext): string {
  const when =
    command === 'SELECT'
      ? 'Evaluated when a client joins, and again with each new token.'
      : 'Evaluated at the first message of a client, and again with each new token.';
  const isUnsure = policies.some(({ accepts }) => !accepts) && claims.sub === undefined;
  return isUnsure ? `${when} Here without a user: with --token-file, policies get the claims of that token.` : when;
}

function obstacle(right: Right, { context, messages }: RightSurroundings): string {
  const { command, error, policies } = right;
  if (error instanceof CheckFailure) return error.message;
  if (!messages.schemaUsage) return 'it may not use the schema realtime';
  if (!granted(command, messages)) return `it may not ${command} on realtime.messages`;
  const failing = policies.find((policy) => policy.error !== null);
  if (failing?.error) return `policy ${quoteName(failing.name)} fails: ${failing.error}`;
  if (error !== null) return error.message;
  const denying = policies
    .filter(({ permissive, accepts }) => !permissive && !accepts)
    .map(({ name }) => quoteName(name));
  if (denying.length > 0) return `it is denied by the restrictive ${plural('policy', 'policies', denying)}`;
  const names = policies.filter(({ permissive }) => permissive).map(({ name }) => quoteName(name));
  if (names.length === 0) return `no policy for ${command} on realtime.messages applies to ${context.role}`;
  return `it is accepted by none of its policies for ${command}: ${listed(names)}`;
}

function granted(command: Command, { selects, inserts }: MessagesFacts): boolean {
  return command === 'SELECT' ? selects : inserts;
}

/** None where the policies that are there have to be changed. */
function remedy({ command, extension, error, policies }: Right, { context, messages }: RightSurroundings): string[] {
  const role = quoteName(context.role);
  const sql: string[] = [];
  if (!messages.schemaUsage) sql.push(`GRANT USAGE ON SCHEMA realtime TO ${role}`);
  if (!granted(command, messages)) sql.push(`GRANT ${command} ON realtime.messages TO ${role}`);
  const isBlocked = policies.some(
    ({ permissive, accepts, error: fails }) => fails !== null || (!permissive && !accepts),
  );
  if (isBlocked || (error !== null && sql.length === 0)) return sql;
  const accepted =
    context.bypasses || !messages.rowSecurity || policies.some(({ permissive, accepts }) => permissive && accepts);
  return accepted ? sql : [...sql, policySql(command, extension, context)];
}

function policySql(command: Command, extension: Extension, { role, topic }: ChannelContext): string {
  const name = cut(`${role} ${RIGHTS[command][extension].does}: ${topic}`);
  const condition = `realtime.topic() = ${quoteText(topic)} AND extension = '${extension}'`;
  return `CREATE POLICY ${quoteName(name)} ON realtime.messages FOR ${command} TO ${quoteName(role)} ${
    command === 'SELECT' ? 'USING' : 'WITH CHECK'
  } (${condition})`;
}

const MAX_NAME_BYTES = 63;

/** PostgreSQL cuts longer names, with a notice. */
function cut(name: string): string {
  let short = name;
  while (Buffer.byteLength(short) > MAX_NAME_BYTES) short = Array.from(short).slice(0, -1).join('');
  return short;
}

function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function plural(one: string, many: string, names: readonly string[]): string {
  return `${names.length === 1 ? one : many} ${listed(names)}`;
}
