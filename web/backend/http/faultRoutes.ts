import type { Faults } from '../faults/faults.js';
import { isObject } from '../realtime/wire/termJson.js';
import type { Reply } from './respond.js';

type Body = Record<string, unknown>;
type Route = (faults: Faults, body: Body) => unknown;

class BadRequest extends Error {}

/** Each switch of `Faults` by its name; the body holds its options. */
const routes: Record<string, Route> = {
  drop: (faults, body) => {
    faults.drop(target(body));
  },
  close: (faults, body) => {
    faults.close({ ...target(body), ...numbers(body, 'code'), ...strings(body, 'reason') });
  },
  stall: (faults, body) => {
    faults.stall({ ...target(body), ms: required(body, 'ms') });
  },
  halfOpen: (faults, body) => {
    faults.halfOpen(target(body));
  },
  delay: (faults, body) => {
    faults.delay({ ...target(body), ms: required(body, 'ms') });
  },
  garbage: (faults, body) => {
    faults.garbage({ ...target(body), ...frames(body) });
  },
  refuse: (faults, body) =>
    faults.refuse({ ...numbers(body, 'ms', 'status'), ...strings(body, 'error'), ...mode(body) }),
  acceptAndClose: (faults, body) => {
    faults.acceptAndClose(numbers(body, 'ms', 'code', 'afterMs'));
  },
  restart: (faults, body) =>
    faults.restart({ ...numbers(body, 'downMs', 'coldStartMs'), ...booleans(body, 'announce') }),
  restartPostgres: (faults, body) => faults.restartPostgres(numbers(body, 'downMs')),
  expireTokens: (faults, body) => {
    faults.expireTokens(booleans(body, 'keys'));
  },
  rateLimit: (faults, body) => {
    faults.rateLimit(numbers(body, 'ms'));
  },
  failJoins: (faults, body) => {
    const { reason } = strings(body, 'reason');
    if (reason === undefined) throw new BadRequest('"reason" must be a string');
    faults.failJoins({ reason, ...strings(body, 'topic'), ...numbers(body, 'count', 'ms') });
  },
  failSubscriptions: (faults, body) => {
    const { error } = strings(body, 'error');
    if (error === undefined) throw new BadRequest('"error" must be a string');
    faults.failSubscriptions({ error, ...numbers(body, 'ms') });
  },
  loseChanges: (faults, body) => {
    faults.loseChanges({ ms: required(body, 'ms') });
  },
  loseMessages: (faults, body) => {
    faults.loseMessages({ ...numbers(body, 'count'), ...strings(body, 'topic') });
  },
  loseTransactions: (faults, body) => {
    faults.loseTransactions(numbers(body, 'count'));
  },
  pausePulse: (faults, body) => {
    faults.pausePulse({ ms: required(body, 'ms') });
  },
  resubscribe: (faults, body) => {
    faults.resubscribe(numbers(body, 'lostMs'));
  },
  reset: (faults) => faults.reset(),
};

/** Throws the switch of that name. Answers when it has taken effect. */
export async function handleFault(faults: Faults, name: string, body: unknown): Promise<Reply> {
  const route = Object.hasOwn(routes, name) ? routes[name] : undefined;
  if (route === undefined) {
    return { status: 404, body: { error: `unknown fault "${name}"`, known: Object.keys(routes) } };
  }
  try {
    await route(faults, isObject(body) ? body : {});
    return { status: 200, body: { ok: true, connections: faults.connections() } };
  } catch (error) {
    if (error instanceof BadRequest) return { status: 400, body: { error: error.message } };
    return { status: 500, body: { error: error instanceof Error ? error.message : String(error) } };
  }
}

function target(body: Body): { connection?: number } {
  return numbers(body, 'connection');
}

function numbers<const K extends string>(body: Body, ...names: K[]): Partial<Record<K, number>> {
  return pick(body, names, (value) => typeof value === 'number' && Number.isFinite(value), 'a number');
}

function strings<const K extends string>(body: Body, ...names: K[]): Partial<Record<K, string>> {
  return pick(body, names, (value) => typeof value === 'string', 'a string');
}

function booleans<const K extends string>(body: Body, ...names: K[]): Partial<Record<K, boolean>> {
  return pick(body, names, (value) => typeof value === 'boolean', 'true or false');
}

function pick<K extends string, V>(
  body: Body,
  names: readonly K[],
  isValid: (value: unknown) => boolean,
  expected: string,
): Partial<Record<K, V>> {
  const result: Partial<Record<K, V>> = {};
  for (const name of names) {
    const value = body[name];
    if (value === undefined) continue;
    if (!isValid(value)) throw new BadRequest(`"${name}" must be ${expected}`);
    result[name] = value as V;
  }
  return result;
}

function required(body: Body, name: string): number {
  const value = numbers(body, name)[name];
  if (value === undefined) throw new BadRequest(`"${name}" must be a number`);
  return value;
}

function mode(body: Body): { mode?: 'status' | 'port' | 'drop' | 'hang' } {
  const value = body.mode;
  if (value === undefined) return {};
  if (value === 'status' || value === 'port' || value === 'drop' || value === 'hang') return { mode: value };
  throw new BadRequest('"mode" must be status, port, drop or hang');
}

/** Text frames only; binary ones need the library. */
function frames(body: Body): { frames?: string[] } {
  const value = body.frames;
  if (value === undefined) return {};
  if (!Array.isArray(value)) throw new BadRequest('"frames" must be a list of strings');
  return { frames: value.map(String) };
}
