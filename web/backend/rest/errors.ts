import { DatabaseError } from 'pg';

import type { Reply } from '../http/respond.js';
import { QueryError } from './query.js';

/** The answer to a request that failed, as PostgREST writes it; null for what is no error of the request. */
export function errorReply(error: unknown, role: string): Reply | null {
  if (error instanceof QueryError) {
    const { status, code, message, details, hint } = error;
    return { status, body: { code, message, details, hint } };
  }
  if (error instanceof DatabaseError) {
    const { code = '', message, detail = null, hint = null } = error;
    const status = statusOf(code, message, role);
    const headers = status === 401 ? { 'www-authenticate': 'Bearer' } : undefined;
    return { status, body: { code, message, details: detail, hint }, ...(headers && { headers }) };
  }
  return isLostConnection(error) ? lostConnection(error) : null;
}

/** How pg says, without a code, that there is no connection or that it ended while it was used. */
const LOST =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect)/;

/** Whether the database could not be reached, or was lost before it answered. */
function isLostConnection(error: unknown): error is Error {
  return error instanceof Error && ('syscall' in error || LOST.test(error.message));
}

/** PostgREST's answer while it has no connection (`ClientError` in its errors of the group "database connection"). */
function lostConnection({ message }: Error): Reply {
  const text = 'Database client error. Retrying the connection.';
  return { status: 503, body: { code: 'PGRST001', message: text, details: message, hint: null } };
}

/** By the code or the beginning of it; the first that fits. */
const STATUSES: readonly (readonly [string, number])[] = [
  ['08', 503],
  ['09', 500],
  ['0L', 403],
  ['0P', 403],
  ['21', 500],
  ['23503', 409],
  ['23505', 409],
  ['25006', 405],
  ['25', 500],
  ['28', 403],
  ['2D', 500],
  ['38', 500],
  ['39', 500],
  ['3B', 500],
  ['40', 500],
  ['42883', 404],
  ['42P01', 404],
  ['42P17', 500],
  ['53400', 500],
  ['53', 503],
  ['54', 500],
  ['55', 500],
  ['57P01', 503],
  ['57', 500],
  ['58', 500],
  ['F0', 500],
  ['HV', 500],
  ['P0001', 400],
  ['P0', 500],
  ['XX', 500],
];

function statusOf(code: string, message: string, role: string): number {
  const chosen = /^PT([1-5]\d\d)$/.exec(code)?.[1];
  if (chosen !== undefined) return Number(chosen);
  if (code === '42501') return role === 'anon' ? 401 : 403;
  if (code === '22023' && /^role .* does not exist$/.test(message)) return 401;
  return STATUSES.find(([prefix]) => code.startsWith(prefix))?.[1] ?? 400;
}
