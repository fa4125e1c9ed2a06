import type { ReferenceTally } from './clients/references.js';

/** Counts by name. */
export type Counts = Map<string, number>;

export function add(counts: Counts, name: string, by = 1): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}

/** The same of channels. */
export interface ChannelReport {
  /** Of sends, by code. */
  outcomes: Counts;
  /** By code, over all handles. */
  gaps: Counts;
  /** Of handles: broadcasts that each should have received, and those of them that were acknowledged. */
  due: number;
  acknowledged: number;
  replayed: number;
  inGaps: number;
  /** Of the same manager, and reported to their senders as failed, since the server did not answer in time. */
  withheld: number;
  /** Lost by the server between its replay to a channel and the channel's join. */
  betweenReplayAndJoin: number;
  presenceChecks: number;
  presenceCalls: number;
  /** Of one channel within 30 s. */
  mostCalls: number;
}

/** The same of numbered changes. */
export interface FastReport {
  subscriptions: number;
  /** Changes that each should have received. */
  expected: number;
  /** Messages that the database gave because they had not come. */
  filled: number;
  gaps: number;
}

/** What a run was like so far. */
export interface Report {
  seed: number;
  rounds: number;
  faults: Counts;
  fetchFaults: Counts;
  /** By code, over all subscriptions. */
  gaps: Counts;
  /** Committed. */
  changes: number;
  transactions: number;
  /** Of plain subscriptions: changes that each should have received. */
  expected: number;
  inGaps: number;
  /** Lost by the server in silence: revealed by the pulse, and such that it could not reveal. */
  pulsed: number;
  silent: number;
  /** Of live rows: readings begun, and times at which they became live. */
  readings: number;
  liveTimes: number;
  excusedRows: number;
  tablesChecked: number;
  resyncs: number;
  resyncFailures: number;
  polls: number;
  connects: number;
  channels: ChannelReport;
  /** Of plain subscriptions to numbered changes. */
  fast: FastReport;
  problems: string[];
  reference: ReferenceTally | null;
}

export function emptyReport(seed: number): Report {
  return {
    ...{ seed, rounds: 0, faults: new Map(), fetchFaults: new Map(), gaps: new Map(), changes: 0, transactions: 0 },
    ...{ expected: 0, inGaps: 0, pulsed: 0, silent: 0, readings: 0, liveTimes: 0, excusedRows: 0, tablesChecked: 0 },
    ...{ resyncs: 0, resyncFailures: 0, polls: 0, connects: 0, problems: [], reference: null },
    channels: emptyChannelReport(),
    fast: { subscriptions: 0, expected: 0, filled: 0, gaps: 0 },
  };
}

function emptyChannelReport(): ChannelReport {
  return {
    ...{ outcomes: new Map(), gaps: new Map(), due: 0, acknowledged: 0, replayed: 0, inGaps: 0 },
    ...{ withheld: 0, betweenReplayAndJoin: 0, presenceChecks: 0, presenceCalls: 0, mostCalls: 0 },
  };
}

export function total(counts: Counts): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

/** One line for the time while it runs. */
export function progressLine(report: Report, seconds: number): string {
  const { rounds, faults, gaps, changes, expected, inGaps, pulsed, silent, readings, resyncFailures, channels, fast } =
    report;
  return (
    `${seconds.toFixed(0).padStart(5)} s  round ${rounds}: ${total(faults)} faults, ${changes} changes, ${total(gaps)} gaps, ` +
    `${expected} events due (${inGaps} in gaps, ${pulsed} + ${silent} lost by the server in silence), ${readings} fetches, ${resyncFailures} resync retries; ` +
    `${channels.due} broadcasts due (${channels.inGaps} in gaps, ${channels.replayed} replayed); ` +
    `${fast.expected} numbered changes due (${fast.filled} filled in, ${fast.gaps} gaps)`
  );
}

function table(title: string, counts: Counts): string[] {
  const lines = [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => `  ${String(count).padStart(6)}  ${name}`);
  return [`${title}: ${total(counts)}`, ...lines];
}

/** Everything, for the end. */
export function describeReport(report: Report): string {
  const { reference } = report;
  return [
    `seed ${report.seed}, ${report.rounds} rounds`,
    ...table('faults', report.faults),
    ...table('fetches that went wrong', report.fetchFaults),
    ...table('gaps of subscriptions', report.gaps),
    `changes committed: ${report.changes} in ${report.transactions} transactions`,
    `events due to plain subscriptions: ${report.expected}; missed inside gaps: ${report.inGaps}; lost by the server in silence: ${report.pulsed} revealed by the pulse, ${report.silent} beyond it; other losses, repetitions or disorder: ${report.problems.length}`,
    `live rows: ${report.readings} fetches, ${report.resyncs} resyncs, ${report.resyncFailures} retries, ${report.polls} polls; live ${report.liveTimes} times; ${report.tablesChecked} tables compared, ${report.excusedRows} rows stale as documented`,
    `numbered changes: ${report.fast.expected} due to ${report.fast.subscriptions} subscriptions, ${report.fast.filled} messages filled in; ${report.fast.gaps} gaps`,
    `connections opened: ${report.connects}`,
    ...describeChannels(report.channels),
    ...(reference === null ? [] : describeReference(reference)),
  ].join('\n');
}

function describeChannels(channels: ChannelReport): string[] {
  const { due, acknowledged, replayed, inGaps, withheld, betweenReplayAndJoin, outcomes, gaps } = channels;
  return [
    `broadcasts due to handles: ${due}, ${acknowledged} of them acknowledged; ${replayed} came by replay; missed inside gaps: ${inGaps}; sent by the same manager and not answered in time: ${withheld}; lost by the server between replay and join: ${betweenReplayAndJoin}`,
    ...table('outcomes of sends', outcomes),
    ...table('gaps of handles', gaps),
    `presence compared ${channels.presenceChecks} times; ${channels.presenceCalls} calls, at most ${channels.mostCalls} of one channel within 30 s`,
  ];
}

function describeReference(tally: ReferenceTally): string[] {
  return [
    `reference client (${tally.channels} channels): ${tally.expected} events due`,
    `  ${tally.unreported} lost unreported, ${tally.reported} lost in reported outages, ${tally.silent} lost by the server in silence, ${tally.repeated} repeated; ${tally.thrown} frames threw`,
    `  ${tally.deaths} times a channel closed for good; ${tally.wrongTables} of ${tally.tablesChecked} tables wrong in quiet times (${tally.wrongRows} rows)`,
  ];
}
