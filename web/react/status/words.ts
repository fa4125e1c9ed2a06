import type { ConnectionState, FreshnessMode, OverallState, ReasonCode, SubscriptionState } from '../../core/index.js';

/** What a state looks like; each has a colour and a sign of its own, so that colour alone never carries it. */
export type Look = OverallState;

export const OVERALL_WORDS: Readonly<Record<OverallState, string>> = {
  live: 'Live',
  partial: 'Partly live',
  connecting: 'Connecting',
  offline: 'Offline',
  idle: 'Idle',
};

export const CONNECTION_WORDS: Readonly<Record<ConnectionState, { text: string; look: Look }>> = {
  idle: { text: 'not needed', look: 'idle' },
  connecting: { text: 'connecting', look: 'connecting' },
  open: { text: 'connected', look: 'live' },
  backoff: { text: 'waiting before the next try', look: 'offline' },
  closing: { text: 'closing', look: 'idle' },
  closed: { text: 'closed', look: 'idle' },
};

export const SUBSCRIPTION_WORDS: Readonly<Record<SubscriptionState, { text: string; look: Look }>> = {
  live: { text: 'live', look: 'live' },
  pending: { text: 'waiting for a connection', look: 'connecting' },
  joining: { text: 'joining', look: 'connecting' },
  retrying: { text: 'trying again', look: 'partial' },
  parked: { text: 'refused', look: 'offline' },
};

/** Said only where it is not what one expects. */
export const MODE_WORDS: Readonly<Partial<Record<FreshnessMode, string>>> = {
  polling: 'fetched now and then until the line is back',
};

/** What a person can do about it. What is not here mends itself. */
export const REMEDIES: Readonly<Partial<Record<ReasonCode, string>>> = {
  CONNECT_FAILED: 'Check the network, and the address of the project.',
  OFFLINE: 'Check the network of this device.',
  FRAME_TOO_LARGE: 'Subscribe to less at once.',
  RATE_LIMITED: "Raise the project's limits, or subscribe to less.",
  TOO_MANY_CONNECTIONS: "Raise the project's limit of connections.",
  API_KEY_INVALID: "Copy the project's key anew.",
  API_KEY_EXPIRED: 'Give a current key.',
  TOKEN_EXPIRED: 'Sign in again.',
  TOKEN_INVALID: 'Sign in again; if that does not help, check who issues the tokens.',
  TOKEN_UNAVAILABLE: 'Sign in again; if that does not help, mend the accessToken callback.',
  UNAUTHORIZED: 'Sign in as someone who may read this, or mend the policy.',
  BAD_BINDING: 'Publish the table, or mend the filter; then reconnect.',
  DATABASE_UNAVAILABLE: "Check the project's database.",
  TENANT_NOT_FOUND: 'Check the address of the project; then reconnect.',
  REALTIME_DISABLED: 'Switch Realtime on in the project; then reconnect.',
  LOAD_FAILED: 'Check that the .wasm file is served, and the content security policy.',
};
