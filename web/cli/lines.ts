import { parse, stringify } from 'lossless-json';
import { findingText } from './doctor/report.js';
import type { Finding } from './doctor/finding.js';
import type { ConnectionState, Gap, ReasonCode, SubscriptionNotice } from '../core/index.js';

/** What `listen` prints: one of these per line, as JSON. `at` is the local time of arrival, ISO 8601. */
export type Line = ConnectionLine | StatusLine | GapLine | ChangeLine | HintLine;

/** A connection's state changed. */
export interface ConnectionLine {
  type: 'connection';
  at: string;
  state: ConnectionState;
  connection: number;
  code: ReasonCode;
  message: string;
}

/** A subscription went live, or something is in its way. */
export interface StatusLine {
  type: 'status';
  at: string;
  /** Counts up from 1 in the order of the `--table` options. */
  subscription: number;
  status: SubscriptionNotice;
  code: ReasonCode;
  message: string;
}

/** Changes may have been missed; told when it opens (`over` is false) and when it is over. */
export interface GapLine {
  type: 'gap';
  at: string;
  subscription: number;
  /** The same in both lines. */
  gap: number;
  code: ReasonCode;
  message: string;
  /** `commit_timestamp` of the last change before it. */
  fromCommit: string | null;
  /** Last sign of life before it, ISO 8601. */
  from: string;
  to: string | null;
  over: boolean;
}

/** With `--db`: why the server may have refused a subscription, and the SQL that mends it; as `switchboard doctor` finds it. */
export interface HintLine extends Finding {
  type: 'hint';
  at: string;
  subscription: number;
}

/** A row changed. Numbers are kept as the server wrote them. */
export interface ChangeLine {
  type: 'change';
  at: string;
  subscription: number;
  schema: unknown;
  table: unknown;
  commit_timestamp: unknown;
  eventType: unknown;
  new: unknown;
  old: unknown;
  errors: unknown;
}

/** @throws SyntaxError when the server's text is no JSON. */
export function changeLine(at: Date, subscription: number, text: string): ChangeLine {
  const { data } = parse(text, null, {
    // A `json` column may hold a key twice; as everywhere, the last one counts.
    onDuplicateKey: ({ newValue }) => newValue,
  }) as { data: Readonly<Record<string, unknown>> | null | undefined };
  if (data === null || data === undefined) throw new SyntaxError('a change without data');
  const isDelete = data.type === 'DELETE';
  return {
    type: 'change',
    at: at.toISOString(),
    subscription,
    schema: data.schema,
    table: data.table,
    commit_timestamp: data.commit_timestamp,
    eventType: data.type,
    new: isDelete ? {} : (data.record ?? {}),
    old: data.type === 'INSERT' ? {} : (data.old_record ?? {}),
    errors: data.errors ?? null,
  };
}

export function gapLine(at: Date, gap: Gap): GapLine {
  return {
    type: 'gap',
    at: at.toISOString(),
    subscription: gap.subscription,
    gap: gap.id,
    code: gap.code,
    message: gap.message,
    fromCommit: gap.fromCommit,
    from: new Date(gap.from).toISOString(),
    to: gap.to === null ? null : new Date(gap.to).toISOString(),
    over: gap.over,
  };
}

/** One line of JSON, digits kept, without the line break. */
export function jsonText(line: Line): string {
  return stringify(line) ?? '';
}

/** The same for a person at a terminal. */
export function plainText(line: Line): string {
  const time = line.at.slice(11, 23);
  switch (line.type) {
    case 'connection':
      return joined(time, 'connection', String(line.connection), line.state, reason(line));
    case 'status':
      return joined(time, `#${line.subscription}`, line.status, reason(line));
    case 'gap':
      return joined(time, `#${line.subscription}`, line.over ? 'GAP OVER' : 'GAP', reason(line));
    case 'hint':
      return joined(time, `#${line.subscription}`, findingText(line, false));
    case 'change': {
      const row = line.eventType === 'DELETE' ? line.old : line.new;
      const name = `${String(line.schema)}.${String(line.table)}`;
      return joined(time, `#${line.subscription}`, String(line.eventType), name, stringify(row) ?? '');
    }
  }
}

function reason(line: ConnectionLine | StatusLine | GapLine): string {
  if (line.code === 'OK') return line.message;
  return line.message === '' ? line.code : `${line.code}: ${line.message}`;
}

function joined(...parts: string[]): string {
  return parts.filter((part) => part !== '').join('  ');
}
