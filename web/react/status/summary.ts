import type { OverallState, ReasonCode, StatusSnapshot, SubscriptionState } from '../../core/index.js';
import { groupByRows } from './groups.js';

/** Something that is wrong, once, however many subscriptions and connections have it. */
export interface StatusProblem {
  readonly code: ReasonCode;
  /** Of the status, in English. */
  readonly message: string;
  /** Names of the tables that have it; empty when it is a connection's. */
  readonly tables: readonly string[];
}

/** What the first sentence is made of. */
export interface StatusSummary {
  readonly overall: OverallState;
  /** The rows on display are older than the line (`catchingUp`). */
  readonly catchingUp: boolean;
  /** Whether the network of this device is known to be away. */
  readonly deviceOffline: boolean;
  /** Names of the tables whose changes arrive. */
  readonly live: readonly string[];
  /** Names of the others. */
  readonly behind: readonly string[];
  /** Unix ms of the next try of a connection; null when none is scheduled. */
  readonly nextRetryAt: number | null;
}

export function summaryOf(
  status: StatusSnapshot,
  catchingUp: boolean,
  nameOf: (table: string, schema: string) => string,
): StatusSummary {
  const states = new Map<string, SubscriptionState[]>();
  for (const { entry } of groupByRows(status.subscriptions)) {
    const name = nameOf(entry.table, entry.schema);
    states.set(name, [...(states.get(name) ?? []), entry.state]);
  }
  const isLive = (name: string): boolean => states.get(name)?.every((state) => state === 'live') === true;
  const names = [...states.keys()];
  const tries = status.connections.flatMap(({ nextRetryAt }) => (nextRetryAt === null ? [] : [nextRetryAt]));
  return {
    overall: status.overall,
    catchingUp,
    deviceOffline: isDeviceOffline(status),
    live: names.filter(isLive),
    behind: names.filter((name) => !isLive(name)),
    nextRetryAt: tries.length === 0 ? null : Math.min(...tries),
  };
}

/** By what the browser and the core say. Only then it is the network of this device that is away. */
export function isDeviceOffline({ connections, subscriptions }: StatusSnapshot): boolean {
  if (typeof navigator !== 'undefined' && !navigator.onLine) return true;
  return [...connections, ...subscriptions].some(({ code }) => code === 'OFFLINE');
}

/** Each problem once. One that a connection has is not repeated for its subscriptions. */
export function problemsOf(
  { connections, subscriptions }: StatusSnapshot,
  nameOf: (table: string, schema: string) => string,
): readonly StatusProblem[] {
  const problems = new Map<string, { code: ReasonCode; message: string; tables: string[] }>();
  for (const { code, message } of connections) {
    if (message !== '') problems.set(`${code} ${message}`, { code, message, tables: [] });
  }
  const ofConnections = new Set(problems.keys());
  for (const { code, message, table, schema } of subscriptions) {
    const key = `${code} ${message}`;
    if (message === '' || ofConnections.has(key)) continue;
    const problem = problems.get(key) ?? { code, message, tables: [] };
    const name = nameOf(table, schema);
    if (!problem.tables.includes(name)) problem.tables.push(name);
    problems.set(key, problem);
  }
  return [...problems.values()];
}
