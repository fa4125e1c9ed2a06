import type { OverallState, SubscriptionState } from '../core/index.js';

/** How a state is shown: in words and by a sign, so that colour alone never carries it. */
export interface StateLook {
  text: string;
  sign: string;
  /** A CSS colour; each can be replaced by the variable it names. */
  color: string;
}

const GREEN = 'var(--switchboard-live, #1a7f37)';
const YELLOW = 'var(--switchboard-partial, #9a6700)';
const RED = 'var(--switchboard-offline, #cf222e)';
const GREY = 'var(--switchboard-idle, #656d76)';

export const OVERALL_LOOKS: Readonly<Record<OverallState, StateLook>> = {
  live: { text: 'Live', sign: '●', color: GREEN },
  partial: { text: 'Partly live', sign: '◐', color: YELLOW },
  connecting: { text: 'Connecting', sign: '◌', color: YELLOW },
  offline: { text: 'Offline', sign: '✕', color: RED },
  idle: { text: 'Idle', sign: '○', color: GREY },
};

export const SUBSCRIPTION_LOOKS: Readonly<Record<SubscriptionState, StateLook>> = {
  live: { text: 'live', sign: '●', color: GREEN },
  pending: { text: 'waiting for a connection', sign: '◌', color: YELLOW },
  joining: { text: 'joining', sign: '◌', color: YELLOW },
  retrying: { text: 'trying again', sign: '◐', color: YELLOW },
  parked: { text: 'refused', sign: '✕', color: RED },
};
