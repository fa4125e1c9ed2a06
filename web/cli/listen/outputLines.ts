import { parse, stringify } from 'lossless-json';
import type { Finding } from '../doctor/finding.js';
import type {
  BroadcastMessage,
  ChannelGap,
  ConnectionState,
  Fallback,
  Gap,
  PresenceChange,
  PresenceMember,
  ReasonCode,
  Road,
  SubscriptionNotice,
} from '../../core/index.js';

/** What `listen` prints: one of these per line, as JSON. `at` is the time of arrival by this machine's clock, ISO 8601 in UTC. */
export type OutputLine = ConnectionLine | StatusLine | GapLine | ChangeLine | BroadcastLine | PresenceLine | HintLine;

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

/** A table or channel went live, or something is in its way. */
export interface StatusLine {
  type: 'status';
  at: string;
  /** Counts up from 1 in the order of the `--table` options, then of the `--channel` options. */
  subscription: number;
  status: SubscriptionNotice;
  code: ReasonCode;
  message: string;
  /** Of a --track table: how its changes come, and why not by numbered broadcasts, if they do not. */
  road?: Road;
  fellBack?: Fallback | null;
}

/** Something may have been missed. Of tables it is printed when it opens (`over` is false) and when it is over; of channels when it is over. */
export interface GapLine {
  type: 'gap';
  at: string;
  subscription: number;
  /** The same in both lines; null for gaps of channels, and for what `listen` itself dropped because its reader was too slow. */
  gap: number | null;
  code: ReasonCode;
  message: string;
  /** `commit_timestamp` of the last change before it. */
  fromCommit: string | null;
  /** Last sign of life before it, ISO 8601. */
  from: string;
  to: string | null;
  over: boolean;
  /** Of a --track table: the numbers that are missing; all from the first on without `toNumber`. */
  epoch?: string;
  fromNumber?: number;
  toNumber?: number;
  /** Of channels: all that was missed has come by replay. */
  healed?: boolean;
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
  /** Of a --track table: continue after it by `--from epoch:number`. Changes of one statement may share a number. */
  number?: unknown;
  epoch?: unknown;
}

/** Something was sent on a channel. Numbers are kept as the server wrote them. */
export interface BroadcastLine {
  type: 'broadcast';
  at: string;
  subscription: number;
  /** Its name. */
  channel: string;
  event: string;
  /** In `realtime.messages`; null for what the database does not have. */
  id: string | null;
  /** It was sent before the channel was joined. */
  replayed: boolean;
  /** Null when bytes were sent. */
  payload: unknown;
  /** The bytes, where bytes were sent. */
  base64?: string;
}

/** Somebody came, changed what it tracks, or left. Those who are present when the channel is joined come as joins. */
export interface PresenceLine {
  type: 'presence';
  at: string;
  subscription: number;
  channel: string;
  change: 'join' | 'update' | 'leave';
  key: string;
  /** The newest of `payloads`. */
  payload: unknown;
  /** One for each connection under the key, oldest first. Of a leave: what was. */
  payloads: readonly unknown[];
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
    ...(data.number === undefined ? {} : { number: data.number, epoch: data.epoch }),
  };
}

/**
 * @param payload JSON text, or bytes.
 * @throws SyntaxError when it is no JSON.
 */
export function broadcastLine(
  at: Date,
  { id: subscription, name: channel }: { readonly id: number; readonly name: string },
  payload: string | Uint8Array,
  message: BroadcastMessage,
): BroadcastLine {
  const { event, replayed, id = null as string | null } = message;
  const line = { type: 'broadcast', at: at.toISOString(), subscription, channel, event, id, replayed } as const;
  if (typeof payload !== 'string') return { ...line, payload: null, base64: Buffer.from(payload).toString('base64') };
  return { ...line, payload: parse(payload, null, { onDuplicateKey: ({ newValue }) => newValue }) };
}

/** Joins, updates and leaves, in this order. */
export function presenceLines(
  at: Date,
  { id: subscription, name: channel }: { readonly id: number; readonly name: string },
  { joins, updates, leaves }: PresenceChange,
): PresenceLine[] {
  const lines = (change: PresenceLine['change'], members: readonly PresenceMember[]): PresenceLine[] =>
    members.map(({ key, payload, payloads }) => ({
      ...{ type: 'presence', at: at.toISOString(), subscription, channel, change, key, payload, payloads },
    }));
  return [...lines('join', joins), ...lines('update', updates), ...lines('leave', leaves)];
}

export function channelGapLine(at: Date, subscription: number, { code, from, to, healed }: ChannelGap): GapLine {
  return {
    ...{ type: 'gap', at: at.toISOString(), subscription, gap: null, code },
    message: healed ? 'What was sent meanwhile has been replayed.' : 'Broadcasts may have been missed.',
    ...{ fromCommit: null, from: from.toISOString(), to: to.toISOString(), over: true, healed },
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
    ...(gap.epoch === undefined ? {} : { epoch: gap.epoch }),
    ...(gap.fromNumber === undefined ? {} : { fromNumber: gap.fromNumber }),
    ...(gap.toNumber === undefined ? {} : { toNumber: gap.toNumber }),
  };
}

/** One line of JSON, digits kept, without the line break. */
export function jsonText(line: OutputLine): string {
  return stringify(line) ?? '';
}
