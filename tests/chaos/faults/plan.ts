import type { Random } from '../random.js';

/** What can be struck; see strikes.ts for what each does. */
export const faultKinds = [
  'cut',
  'cuts in quick succession',
  'half-open',
  'delay',
  'throttle',
  'reordered closes',
  'black hole',
  'accept and close',
  'stall',
  'restart of realtime',
  'restart of PostgreSQL',
  'PostgreSQL in recovery',
  'read-only database',
  'subscriptions refused by the database',
  'token expiry',
  'late token',
  'joins rate-limited',
  'handshakes refused (429)',
  'failing joins (stall)',
  'silent loss',
  'silent re-subscription',
  'payload too large (413)',
  'garbage frames',
  'paused client',
  'reconnectAll',
  'subscriptions come and go',
  'failing fetches',
  'lost broadcasts of the database',
] as const;

export type FaultKind = (typeof faultKinds)[number];

/** One fault of a round. */
export interface PlannedFault {
  kind: FaultKind;
  /** Since the beginning of the round. */
  atMs: number;
  forMs: number;
  /** In [0, 1), for what else there is to choose. */
  draw: number;
}

const WEIGHTS: Partial<Record<FaultKind, number>> = {
  cut: 4,
  'cuts in quick succession': 2,
  'half-open': 2,
  'reordered closes': 2,
  'failing fetches': 5,
  'paused client': 2,
  'token expiry': 2,
  'silent loss': 2,
  'lost broadcasts of the database': 3,
};

const bag = faultKinds.flatMap((kind) => Array.from({ length: WEIGHTS[kind] ?? 1 }, () => kind));

/** The faults of one round, in order of time. They may overlap. */
export function planRound(random: Random, roundMs: number, count: number, only: readonly FaultKind[]): PlannedFault[] {
  const kinds = only.length > 0 ? only : bag;
  return Array.from({ length: count }, () => ({
    kind: random.pick(kinds),
    atMs: random.below(Math.floor(roundMs * 0.85)),
    forMs: random.between(100, Math.floor(roundMs * 0.2)),
    draw: random.next(),
  })).sort((a, b) => a.atMs - b.atMs);
}
