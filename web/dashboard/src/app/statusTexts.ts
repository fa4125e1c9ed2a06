import type { ReasonCode } from 'switchboard-realtime';
import { channelText } from '../presence/businessPresence.js';

// For the people at a desk. What the server said is in the details for developers.

const UNREACHABLE = 'The server cannot be reached.';
const SIGNED_OUT = 'Your sign-in is not valid any more.';
const BUSY = 'The server has too much to do at the moment.';
const REFUSED = 'The server refuses to report these changes.';

const problems: Readonly<Partial<Record<ReasonCode, string>>> = {
  OFFLINE: 'This device has no network.',
  CONNECTION_LOST: UNREACHABLE,
  CONNECT_FAILED: UNREACHABLE,
  CONNECT_TIMEOUT: UNREACHABLE,
  HALF_OPEN: UNREACHABLE,
  SERVER_RESTART: 'The server is being restarted.',
  SERVER_STARTING: 'The server is being restarted.',
  RATE_LIMITED: BUSY,
  TOO_MANY_CHANNELS: BUSY,
  TOO_MANY_CONNECTIONS: BUSY,
  TOKEN_EXPIRED: SIGNED_OUT,
  TOKEN_INVALID: SIGNED_OUT,
  TOKEN_UNAVAILABLE: SIGNED_OUT,
  UNAUTHORIZED: REFUSED,
  ROLE_INVALID: REFUSED,
  BAD_BINDING: REFUSED,
  DATABASE_UNAVAILABLE: 'The database cannot be reached.',
};

const ASK = 'Ask whoever looks after this system; the details below are for them.';

const remedies: Readonly<Partial<Record<ReasonCode, string>>> = {
  CONNECT_FAILED: 'Check the network of this device.',
  FRAME_TOO_LARGE: ASK,
  RATE_LIMITED: ASK,
  TOO_MANY_CONNECTIONS: ASK,
  API_KEY_INVALID: ASK,
  API_KEY_EXPIRED: ASK,
  TOKEN_INVALID: 'Sign in again.',
  TOKEN_UNAVAILABLE: 'Sign in again.',
  UNAUTHORIZED: ASK,
  ROLE_INVALID: ASK,
  BAD_BINDING: ASK,
  DATABASE_UNAVAILABLE: ASK,
  TENANT_NOT_FOUND: ASK,
  REALTIME_DISABLED: ASK,
  LOAD_FAILED: 'Load the page again.',
};

/** What `RealtimeConnectionStatus` says on this page. */
export const statusTexts = {
  tables: { payment_transactions: 'Payments', staff_attendance: 'Attendance', admin_alerts: 'Alerts' },
  channel: channelText,
  problem: (code: ReasonCode) => problems[code] ?? 'The server has a problem with live changes.',
  remedies,
};
