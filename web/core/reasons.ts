/** Every {@link ReasonCode}. */
export const REASON_CODES = [
  'OK',
  'CONNECTING',
  'CONNECTION_LOST',
  'CONNECT_FAILED',
  'CONNECT_TIMEOUT',
  'HALF_OPEN',
  'SERVER_RESTART',
  'OFFLINE',
  'SUSPENDED',
  'IDLE_TIMEOUT',
  'FRAME_TOO_LARGE',
  'RATE_LIMITED',
  'TOO_MANY_CHANNELS',
  'TOO_MANY_CONNECTIONS',
  'API_KEY_INVALID',
  'API_KEY_EXPIRED',
  'TOKEN_EXPIRED',
  'TOKEN_INVALID',
  'TOKEN_UNAVAILABLE',
  'UNAUTHORIZED',
  'JOIN_TIMEOUT',
  'LIVE_TIMEOUT',
  'CHANNEL_CRASHED',
  'CHANNEL_CLOSED',
  'BAD_BINDING',
  'BINDING_MISMATCH',
  'DATABASE_UNAVAILABLE',
  'SERVER_STARTING',
  'TENANT_NOT_FOUND',
  'REALTIME_DISABLED',
  'SERVER_ERROR',
  'RESUBSCRIBED',
  'PULSE_LOST',
  'OVERFLOW',
  'PAYLOAD_TOO_LARGE',
  'USER_RECONNECT',
  'UNSUBSCRIBED',
  'DISPOSED',
  'INVALID_OPTION',
  'LOAD_FAILED',
] as const;

/**
 * Why a connection or a subscription stands as it does. The same names as in the C++ core, and `LOAD_FAILED` for the one
 * thing that can go wrong before there is a core. The README says for each what it means and whether it is retried.
 */
export type ReasonCode = (typeof REASON_CODES)[number];
