import type { ReasonCode } from '../../core/index.js';
import type { Facts, SocketFacts, SubjectFacts } from './facts.js';
import { meaningOf } from './remedies.js';
import { remedy, type Remedy } from './remedy.js';
import { ago, inTime } from './times.js';

/** One link of a chain: what is so, because of the next. */
export interface Reason {
  /** A sentence. */
  readonly what: string;
  readonly code: ReasonCode | null;
  /** What the server, the runtime or the manager said; empty: nothing. */
  readonly said: string;
}

/** Why something is not live, and the way out. */
export interface Explanation {
  readonly kind: 'subscription' | 'channel';
  readonly id: number;
  /** As it is called in the chain. */
  readonly subject: string;
  readonly isLive: boolean;
  /** In a sentence. */
  readonly verdict: string;
  /** From what is seen to what causes it. Empty: there is nothing to explain. */
  readonly chain: readonly Reason[];
  /** What to do, the likeliest first. */
  readonly wayOut: readonly Remedy[];
}

/** Codes that are of the socket rather than of what is on it. */
const OF_SOCKET: ReadonlySet<string> = new Set<ReasonCode>([
  ...(['CONNECTION_LOST', 'CONNECT_FAILED', 'CONNECT_TIMEOUT', 'HALF_OPEN', 'SERVER_RESTART', 'OFFLINE'] as const),
  ...(['SUSPENDED', 'IDLE_TIMEOUT', 'TOO_MANY_CONNECTIONS', 'API_KEY_INVALID', 'API_KEY_EXPIRED'] as const),
  ...(['USER_RECONNECT', 'CONNECTING', 'OK'] as const),
]);
const OF_TOKEN: ReadonlySet<string> = new Set<ReasonCode>([
  'TOKEN_EXPIRED',
  'TOKEN_INVALID',
  'TOKEN_UNAVAILABLE',
  'UNAUTHORIZED',
]);

/** All that are not live, or of which something else is to be said, in order. */
export function explainAll(facts: Facts): readonly Explanation[] {
  return facts.subjects.map((subject) => explain(facts, subject)).filter(({ chain }) => chain.length > 0);
}

/** Null: there is no subscription or handle of this id. */
export function explainOne(facts: Facts, id: number): Explanation | null {
  const subject = facts.subjects.find((each) => each.id === id);
  return subject === undefined ? null : explain(facts, subject);
}

function explain(facts: Facts, subject: SubjectFacts): Explanation {
  const isLive = subject.state === 'live';
  const name = `${subject.kind} ${subject.id} to ${subject.name}`;
  const links = isLive ? liveLinks(facts, subject) : lostLinks(facts, subject, name);
  return {
    ...{ kind: subject.kind, id: subject.id, subject: name, isLive },
    verdict: isLive ? `Live${links.chain.length > 0 ? ', but see below' : ''}.` : verdictOf(subject, facts.now),
    ...links,
  };
}

function verdictOf({ state, nextRetryAt }: SubjectFacts, now: number): string {
  const next = nextRetryAt === null ? '' : ` The next attempt is ${inTime(nextRetryAt - now)}.`;
  if (state === 'parked') return `Refused for good.${next}`;
  if (state === 'closed') return 'Closed by the application.';
  return `Not live: ${state}.${next}`;
}

type Links = Pick<Explanation, 'chain' | 'wayOut'>;

/** What may be amiss although it is live. */
function liveLinks({ sockets, ...facts }: Facts, subject: SubjectFacts): Links {
  const chain: Reason[] = [];
  const wayOut: Remedy[] = [];
  if (subject.isPaused) {
    chain.push({ what: 'It is paused, so its changes are held back.', code: null, said: '' });
    wayOut.push(remedy('Call `resume`; with `pauseWhenHidden`, look at the page.'));
  }
  if (subject.fellBack !== null) {
    const { code, message } = subject.fellBack;
    chain.push({ what: `It is on postgres_changes: ${meaningOf(code).means}.`, code, said: message });
    wayOut.push(...meaningOf(code).remedies(subject, { sockets, ...facts }));
  }
  const silent = sockets.find(({ pulse }) => pulse === 'silent');
  if (silent !== undefined && subject.kind === 'subscription') {
    const what = `The pulse of socket ${silent.id} is silent: nothing confirms that changes arrive.`;
    chain.push({ what, code: 'PULSE_LOST', said: '' });
    wayOut.push(...meaningOf('PULSE_LOST').remedies(subject, { sockets, ...facts }));
  }
  return { chain, wayOut };
}

function lostLinks(facts: Facts, subject: SubjectFacts, name: string): Links {
  const { code, message, since, state } = subject;
  const socket = OF_SOCKET.has(code) ? troubled(facts.sockets) : null;
  const seen = `${capital(name)} is ${state}, ${ago(facts.now - since)}`;
  const chain: Reason[] = [];
  if (socket !== null) {
    chain.push({ what: `${seen}: its socket is not open.`, code: null, said: '' }, socketLink(facts, socket));
  } else {
    chain.push({ what: `${seen}: ${meaningOf(code).means}.`, code, said: message });
    if (OF_SOCKET.has(code)) chain.push(...unconnected(facts));
  }
  if (OF_TOKEN.has(code)) chain.push(tokenLink(facts));
  const cause = socket?.code ?? code;
  const wayOut = meaningOf(cause).remedies(subject, facts);
  return { chain, wayOut: wayOut.length > 0 ? wayOut : meaningOf(code).remedies(subject, facts) };
}

/** The socket that says most about why nothing goes: one that failed, else one that is not open. */
function troubled(sockets: readonly SocketFacts[]): SocketFacts | null {
  const bad = sockets.filter(({ state }) => state !== 'open');
  return bad.find(({ code }) => code !== 'OK' && code !== 'CONNECTING') ?? bad[0] ?? null;
}

function socketLink({ now }: Facts, { id, state, code, message, since, attempts, nextRetryAt }: SocketFacts): Reason {
  const tries = attempts === null || attempts < 2 ? '' : ` It is attempt ${attempts} since it was last live.`;
  const next = nextRetryAt === null ? '' : ` The next is ${inTime(nextRetryAt - now)}.`;
  return {
    what: `Socket ${id} is ${state}, ${ago(now - since)}: ${meaningOf(code).means}.${tries}${next}`,
    ...{ code, said: message },
  };
}

function unconnected({ sockets }: Facts): Reason[] {
  if (sockets.length > 0) {
    return [{ what: 'Its socket is open; the join is under way, or waits for its turn.', code: null, said: '' }];
  }
  return [{ what: 'There is no socket yet: the core is being loaded, or has just begun.', code: null, said: '' }];
}

function tokenLink({ token, keyRole, now }: Facts): Reason {
  if (token === null) {
    const as = keyRole === null ? '' : `, as ${keyRole}`;
    return { what: `There is no access token: the rights are those of the api key${as}.`, code: null, said: '' };
  }
  const { role, expiresAt } = token;
  const of = role === null ? 'The token names no role' : `The token is of the role ${role}`;
  if (expiresAt === null) return { what: `${of}, and does not expire.`, code: null, said: '' };
  const left = expiresAt - now;
  const when = left > 0 ? `expires ${inTime(left)}` : `expired ${ago(-left, ' ago')}`;
  return { what: `${of}, and ${when}.`, code: null, said: '' };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
