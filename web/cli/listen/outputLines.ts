import { parse, stringify } from 'lossless-json';
import type { Finding } from '../doctor/finding.js';
import type { ConnectionState, Gap, ReasonCode, SubscriptionNotice } from '../../core/index.js';

/** What `listen` prints: one of these per line, as JSON. `at` is the time of arrival by this machine's clock, ISO 8601 in UTC. */
export type OutputLine = ConnectionLine | StatusLine | GapLine | ChangeLine | HintLine;

/** A connection's state changed. */
export interface ConnectionLine {
  type: 'connection';
  at: string;
  state: ConnectionState;
  connection: number;
  code: ReasonCode;
  message: string;
  /** When it is tried again, ISO 8601; null when no try is scheduled. */
  nextRetryAt: string | null;
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

/** Changes may have been missed; printed when it opens (`over` is false) and when it is over. */
export interface GapLine {
  type: 'gap';
  at: string;
  subscription: number;
  /** The same in both lines; null for what `listen` itself dropped because its reader was too slow. */
  gap: number | null;
  code: ReasonCode;
  message: string;
  /** `commit_timestamp` of the last change before it. */
  fromCommit: string | null;
  /** Last sign of life before it, ISO 8601. */
  from: string;
  to: string | null;
  over: boolean;
}

/** With `--db`: why the server may have refused a subscription, and the SQL that fixes it; as `doctor` finds it. */
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
export function jsonText(line: OutputLine): string {
  return stringify(line) ?? '';
}
