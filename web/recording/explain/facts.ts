import type {
  ChannelStatus,
  ConnectionStatus,
  Inspection,
  ReasonCode,
  StatusSnapshot,
  SubscriptionStatus,
} from '../../core/index.js';

/** A subscription or a handle of a channel, as `explain` looks at it. */
export interface SubjectFacts {
  readonly kind: 'subscription' | 'channel';
  readonly id: number;
  /** `public.bookings` with its filter, or the channel's name. */
  readonly name: string;
  /** `schema.table`; null for a channel. */
  readonly table: string | null;
  /** Null: no filter, or not known. */
  readonly filter: string | null;
  readonly state: string;
  readonly code: ReasonCode;
  readonly message: string;
  /** Unix ms. */
  readonly since: number;
  /** Null: not known. */
  readonly attempts: number | null;
  /** Unix ms. */
  readonly nextRetryAt: number | null;
  readonly mode: string | null;
  /** Why it is not on the broadcast road. */
  readonly fellBack: { readonly code: ReasonCode; readonly message: string } | null;
  readonly isPaused: boolean;
  readonly isPrivate: boolean;
}

export interface SocketFacts {
  readonly id: number;
  readonly state: string;
  readonly code: ReasonCode;
  readonly message: string;
  readonly since: number;
  readonly attempts: number | null;
  readonly nextRetryAt: number | null;
  /** Null: without the option `pulse`, or not known. */
  readonly pulse: string | null;
}

/** What can be read off the token that the core has. */
export interface TokenOfFacts {
  readonly role: string | null;
  readonly expiresAt: number | null;
}

/** What `explain` concludes from, wherever it comes from. Times in Unix ms. */
export interface Facts {
  readonly now: number;
  readonly subjects: readonly SubjectFacts[];
  readonly sockets: readonly SocketFacts[];
  /** Null: none, or not known. */
  readonly token: TokenOfFacts | null;
  /** The role of the api key, which counts without a token; null: not known. */
  readonly keyRole: string | null;
}

/** The facts of a manager at this moment. */
export function factsOf(status: StatusSnapshot, inspection: Inspection | null = null, now = Date.now()): Facts {
  const paused = new Set(inspection?.subscriptions.filter((each) => each.paused).map(({ id }) => id));
  return {
    now,
    subjects: [
      ...status.subscriptions.map((each) => subscriptionFacts(each, paused.has(each.id))),
      ...status.channels.map(channelFacts),
    ],
    sockets: status.connections.map(socketFacts),
    token: inspection?.token ?? null,
    keyRole: inspection?.apikey?.role ?? null,
  };
}

function subscriptionFacts(status: SubscriptionStatus, isPaused: boolean): SubjectFacts {
  const { schema, table, event, filter, mode, fellBack = null } = status;
  const what = event === '*' ? '' : ` ${event}`;
  return {
    ...outcomeOf(status),
    kind: 'subscription',
    name: `${schema}.${table}${what}${filter === null ? '' : ` where ${filter}`}`,
    table: `${schema}.${table}`,
    ...{ filter, mode, fellBack, isPaused, isPrivate: false },
  };
}

function channelFacts(status: ChannelStatus): SubjectFacts {
  return {
    ...outcomeOf(status),
    kind: 'channel',
    name: status.name,
    ...{ table: null, filter: null, mode: null, fellBack: null, isPaused: false, isPrivate: status.private },
  };
}

function outcomeOf({ id, state, code, message, since, attempts, nextRetryAt }: SubscriptionStatus | ChannelStatus) {
  return { id, state, code, message, since, attempts, nextRetryAt };
}

function socketFacts(status: ConnectionStatus): SocketFacts {
  const { id, state, code, message, since, attempts, nextRetryAt, pulse } = status;
  return { id, state, code, message, since, attempts, nextRetryAt, pulse: pulse?.state ?? null };
}
