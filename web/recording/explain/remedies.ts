import type { ReasonCode } from '../../core/index.js';
import type { Facts, SubjectFacts } from './facts.js';
import { doctorCommand, remedy, roleOf, type Remedy } from './remedy.js';
import { bindingRemedies, rightRemedies } from './serverAnswers.js';

/** What a reason code means, and the way out. */
export interface Meaning {
  readonly means: string;
  readonly remedies: (subject: SubjectFacts | null, facts: Facts) => readonly Remedy[];
}

const wait = () => [remedy('Nothing needs to be done: the manager tries again by itself.')];
const checkUrl = () => [
  remedy('Check the url, and that the api key is of this project.'),
  remedy(
    'Ask the server from a command line, which sees the answer that a browser hides.',
    'npx switchboard-realtime listen --url "$SUPABASE_URL" --apikey "$SUPABASE_ANON_KEY" --channel test --timeout 10',
    'endpoint',
  ),
];
const freshToken = () => [
  remedy('Give a current token: sign in again, and have `accessToken` return the newest one, or call `setAuth`.'),
];
const track = () => [
  remedy('Compare what the database tracks with the option `tables`.', null, 'track'),
  remedy('Until then changes come over postgres_changes, unless `via` is `broadcast`.'),
];
const lessLoad = () => [
  remedy(
    'Subscribe to less at once, or raise the project’s limits (https://supabase.com/docs/guides/realtime/limits).',
  ),
];
const fetchAgain = () => [remedy('Fetch the rows: give `onResync`, or use `liveRows`, which does.')];

function meaning(means: string, remedies: Meaning['remedies'] = wait): Meaning {
  return { means, remedies };
}

/** By reason code; the same as the table in docs/reference.md. */
export const MEANINGS: Readonly<Record<ReasonCode, Meaning>> = {
  OK: meaning('nothing is wrong', () => []),
  CONNECTING: meaning('it is connected or joined for the first time', () => [
    remedy('Wait: a cold server takes some seconds.'),
  ]),
  CONNECTION_LOST: meaning('the socket closed without a reason of its own'),
  CONNECT_FAILED: meaning('the server could not be reached, or refused the handshake', checkUrl),
  CONNECT_TIMEOUT: meaning('the handshake took too long', checkUrl),
  HALF_OPEN: meaning('the server stopped answering on an open socket, which was replaced'),
  SERVER_RESTART: meaning('the server drains or restarts'),
  OFFLINE: meaning('the runtime reports that there is no network', () => [
    remedy('Check the network. An attempt is made every 30 s all the same.'),
  ]),
  SUSPENDED: meaning('the page is in the back/forward cache', () => [remedy('It connects again when it is shown.')]),
  IDLE_TIMEOUT: meaning('the server closed a silent socket'),
  FRAME_TOO_LARGE: meaning('a frame was larger than the server takes', lessLoad),
  RATE_LIMITED: meaning('there are more joins or events per second than the project may have', lessLoad),
  TOO_MANY_CHANNELS: meaning('no socket has room for another channel', () => [
    remedy('Close channels, or raise `maxSockets`.'),
  ]),
  TOO_MANY_CONNECTIONS: meaning('the project’s concurrent connections are used up', lessLoad),
  API_KEY_INVALID: meaning('the handshake was refused, and the api key is of no known form', () => [
    remedy('Copy the key from the project’s settings.', null, 'apikey'),
  ]),
  API_KEY_EXPIRED: meaning('the handshake was refused, and the api key has expired', () => [
    remedy('Copy the current key from the project’s settings.', null, 'apikey'),
  ]),
  TOKEN_EXPIRED: meaning('the access token has expired', freshToken),
  TOKEN_INVALID: meaning('the server refuses the access token', () => [
    remedy(
      'Check who issues it, and that it is signed with the project’s secret or a key that it trusts.',
      null,
      'token',
    ),
  ]),
  TOKEN_UNAVAILABLE: meaning('the `accessToken` callback failed or took too long', () => [
    remedy('Fix the callback. Joins wait rather than run with the rights of the api key.'),
  ]),
  UNAUTHORIZED: meaning('the role may not read this', rightRemedies),
  ROLE_INVALID: meaning('the database does not know the token’s role, or may not take it on', (_subject, facts) => [
    remedy(
      'Fix `role` in the token, or create the role and grant it to the server’s.',
      roleOf(facts) === null ? null : `CREATE ROLE "${roleOf(facts) ?? ''}" NOLOGIN`,
      'role',
    ),
  ]),
  JOIN_TIMEOUT: meaning('the server did not answer the join in time'),
  LIVE_TIMEOUT: meaning('the server took the join, but never announced that changes flow', (subject, facts) => [
    remedy('See whether the database can decode its log: replication slots, wal_level, load.', null, 'replication'),
    remedy('Have doctor look.', doctorCommand(subject, roleOf(facts))),
  ]),
  CHANNEL_CRASHED: meaning('the server’s process for this channel crashed'),
  CHANNEL_CLOSED: meaning('the server closed the channel without saying why'),
  BAD_BINDING: meaning('the server refuses this table, filter or column', bindingRemedies),
  BINDING_MISMATCH: meaning('the answer to the join does not list what was asked for'),
  DATABASE_UNAVAILABLE: meaning('the server can’t use the project’s database', () => [
    remedy('See whether the database runs, takes connections, and is neither read-only nor out of space.'),
  ]),
  SERVER_STARTING: meaning('the server starts up for this project'),
  TENANT_NOT_FOUND: meaning('the server does not know the project', () => [remedy('Check the url.', null, 'endpoint')]),
  REALTIME_DISABLED: meaning('Realtime is switched off for the project', () => [
    remedy('Switch it on in the project’s settings. Projects far above their limits are switched off by Supabase.'),
  ]),
  SERVER_ERROR: meaning('the server reports an error; the message quotes it'),
  RESUBSCRIBED: meaning('the server made its subscriptions again, so changes may be missing', fetchAgain),
  PULSE_LOST: meaning('the database’s pulse skipped a beat or fell silent', () => [
    remedy('See whether the pulse is written: pg_cron, or whatever calls it.', null, 'pulse'),
  ]),
  OVERFLOW: meaning('more was held back than a delivery window may hold', () => [
    remedy('Use shorter windows, resume earlier, or fetch.'),
  ]),
  PAYLOAD_TOO_LARGE: meaning('a change came without its values, which are too large for the server', fetchAgain),
  PAYLOAD_INVALID: meaning('a change could not be read', fetchAgain),
  TRACK_REFUSED: meaning('the `readers` of the tracked table say no', () => [
    remedy('Fix `readers` of the tracked table.', null, 'track'),
  ]),
  NOT_TRACKED: meaning('the database does not track the table, or not as `tables` says', (subject) => [
    remedy(
      'Track it.',
      `npx switchboard-realtime doctor --db "$DATABASE_URL" --track ${subject?.table ?? 'TABLE'} --fix`,
      'track',
    ),
    ...track(),
  ]),
  NOT_BY_KEY: meaning('the filter lacks `eq` on the column that the table is tracked by', () => [
    remedy('Add that condition to the filter, or leave the table out of `tables`.'),
  ]),
  FILTER_NOT_EXACT: meaning('a condition can’t be decided as PostgreSQL would', () => [
    remedy('Write another condition, or use postgres_changes.'),
  ]),
  WENT_BACK: meaning('the database knows fewer numbers than have come, as after a restore', fetchAgain),
  NO_RPC: meaning('the function switchboard_changes can’t be called', () => [
    remedy('Give the option `rpc`, or install sql/track.sql.', null, 'track'),
  ]),
  NOT_KEPT: meaning('the database does not keep the missing changes any more', fetchAgain),
  TRACKED_AGAIN: meaning('the table was untracked and tracked again', fetchAgain),
  TRUNCATED: meaning('the table was emptied by TRUNCATE', fetchAgain),
  USER_RECONNECT: meaning('`reconnectAll()` was called'),
  UNSUBSCRIBED: meaning('the application ended it', () => []),
  DISPOSED: meaning('the manager was disposed of', () => [remedy('Make another manager.')]),
  INVALID_OPTION: meaning('a value given by the application is wrong', () => [remedy('Fix the option that is named.')]),
  LOAD_FAILED: meaning('the WebAssembly core could not be loaded', () => [
    remedy(
      'See that switchboard.wasm is served, as application/wasm, and that the page’s policy allows wasm-unsafe-eval.',
    ),
    remedy('With another address of the file, give the option `wasm`.'),
  ]),
};

/** The meaning of a code that may come from a file. */
export function meaningOf(code: string): Meaning {
  const found = (MEANINGS as Partial<Record<string, Meaning>>)[code];
  return found ?? meaning(`the reason ${code} is not known to this version`);
}
