import type {
  ConnectionState,
  FreshnessMode,
  OverallState,
  ReasonCode,
  Road,
  SubscriptionState,
} from '../../core/index.js';

/** What a state looks like; each has a colour and a sign of its own, so that colour alone never carries it. */
export type Look = OverallState;

export const OVERALL_WORDS: Readonly<Record<OverallState, string>> = {
  live: 'Live',
  partial: 'Partly live',
  connecting: 'Connecting',
  offline: 'Offline',
  idle: 'Idle',
};

export const CONNECTION_LOOKS: Readonly<Record<ConnectionState, Look>> = {
  idle: 'idle',
  connecting: 'connecting',
  open: 'live',
  backoff: 'offline',
  closing: 'idle',
  closed: 'idle',
};

export const CONNECTION_TEXTS: Readonly<Record<ConnectionState, string>> = {
  idle: 'not needed',
  connecting: 'connecting',
  open: 'connected',
  backoff: 'waiting before the next try',
  closing: 'closing',
  closed: 'closed',
};

export const SUBSCRIPTION_LOOKS: Readonly<Record<SubscriptionState, Look>> = {
  live: 'live',
  pending: 'connecting',
  joining: 'connecting',
  retrying: 'partial',
  parked: 'offline',
};

export const SUBSCRIPTION_TEXTS: Readonly<Record<SubscriptionState, string>> = {
  live: 'live',
  pending: 'waiting for a connection',
  joining: 'joining',
  retrying: 'trying again',
  parked: 'refused',
};

/** Said only where it is not what one expects. */
export const MODE_TEXTS: Readonly<Partial<Record<FreshnessMode, string>>> = {
  polling: 'fetched now and then until the line is back',
};

export const ROAD_TEXTS: Readonly<Record<Road, string>> = {
  broadcast: 'by broadcasts with numbers',
  postgres_changes: 'by postgres_changes',
};

/** What a person can do about it. What is not here recovers by itself. */
export const REMEDIES: Readonly<Partial<Record<ReasonCode, string>>> = {
  CONNECT_FAILED: 'Check the network, and the address and the key of the project.',
  OFFLINE: 'Check the network of this device.',
  FRAME_TOO_LARGE: 'Subscribe to less at once.',
  RATE_LIMITED: "Raise the project's limits, or subscribe to less.",
  TOO_MANY_CONNECTIONS: "Raise the project's limit of connections.",
  API_KEY_INVALID: "Copy the project's key again.",
  API_KEY_EXPIRED: 'Give a current key.',
  TOKEN_EXPIRED: 'Sign in again.',
  TOKEN_INVALID: 'Sign in again; if that does not help, check who issues the tokens.',
  TOKEN_UNAVAILABLE: 'Sign in again; if that does not help, fix the accessToken callback.',
  UNAUTHORIZED: 'Sign in as someone who may read this, or fix the policy.',
  ROLE_INVALID:
    'Sign in with a token of another role, or create this one and grant it to the role that Realtime connects as.',
  BAD_BINDING: 'Publish the table, or fix the filter; then reconnect.',
  DATABASE_UNAVAILABLE: "Check the project's database.",
  TENANT_NOT_FOUND: 'Check the address of the project; then reconnect.',
  REALTIME_DISABLED: 'Switch Realtime on in the project; then reconnect.',
  LOAD_FAILED: 'Check that the .wasm file is served, and the content security policy.',
};
