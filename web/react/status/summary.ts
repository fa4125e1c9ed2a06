import type { OverallState, ReasonCode, StatusSnapshot } from '../../core/index.js';

/** Something that is wrong, once, however many subscriptions and connections have it. */
export interface StatusProblem {
  readonly code: ReasonCode;
  /** Of the status, in English. */
  readonly message: string;
  /** Names of the tables and channels that have it; empty when it is a connection's. */
  readonly tables: readonly string[];
}

/** What the first sentence is made of. */
export interface StatusSummary {
  readonly overall: OverallState;
  /** The rows on display are older than the line (`catchingUp`). */
  readonly catchingUp: boolean;
  /** Whether the network of this device is known to be away. */
  readonly deviceOffline: boolean;
  /** Names of the tables whose changes arrive, and of channels that are joined. */
  readonly live: readonly string[];
  /** Names of the others. */
  readonly behind: readonly string[];
  /** Unix ms of the next try of a connection; null when none is scheduled. */
  readonly nextRetryAt: number | null;
}

/** What tables and channels are called. */
export interface Names {
  readonly table: (table: string) => string;
  readonly channel: (name: string) => string;
}

/** What a person waits for: subscriptions and handles of channels, each with its name. */
function namedEntries({ subscriptions, channels }: StatusSnapshot, names: Names) {
  return [
    ...subscriptions.map(({ table, state, code, message }) => ({ name: names.table(table), state, code, message })),
    ...channels.map(({ name, state, code, message }) => ({ name: names.channel(name), state, code, message })),
  ];
}

export function summaryOf(status: StatusSnapshot, catchingUp: boolean, called: Names): StatusSummary {
  const states = new Map<string, string[]>();
  for (const { name, state } of namedEntries(status, called)) states.set(name, [...(states.get(name) ?? []), state]);
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
export function isDeviceOffline({ connections, subscriptions, channels }: StatusSnapshot): boolean {
  if (typeof navigator !== 'undefined' && !navigator.onLine) return true;
  return [...connections, ...subscriptions, ...channels].some(({ code }) => code === 'OFFLINE');
}

/** Each problem once. One that a connection has is not repeated for its subscriptions and channels. */
export function problemsOf(status: StatusSnapshot, names: Names): readonly StatusProblem[] {
  const problems = new Map<string, { code: ReasonCode; message: string; tables: string[] }>();
  for (const { code, message } of status.connections) {
    if (message !== '') problems.set(`${code} ${message}`, { code, message, tables: [] });
  }
  const ofConnections = new Set(problems.keys());
  for (const { code, message, name } of namedEntries(status, names)) {
    const key = `${code} ${message}`;
    if (message === '' || ofConnections.has(key)) continue;
    const problem = problems.get(key) ?? { code, message, tables: [] };
    if (!problem.tables.includes(name)) problem.tables.push(name);
    problems.set(key, problem);
  }
  return [...problems.values()];
}
