import type { WireEntry } from './writeRecording.js';

const topic = 'realtime:sb-0a1b2c3d-1';
const lost = { reason: 'CONNECTION_LOST', message: 'The connection was lost (1006).' };

/** A subscription that becomes live, loses its socket and is live again. */
export const outage: readonly WireEntry[] = [
  { at: 0, kind: 'command', name: 'subscribe', id: 1, about: 'public.bookings *' },
  { at: 0, kind: 'subscribed', subscription: 1, key: 1 },
  { at: 0, kind: 'clock', aheadMs: 1_700_000_000_000 },
  { at: 1, kind: 'socketOpening', socket: 1 },
  { at: 1, kind: 'socketState', socket: 1, from: 'idle', to: 'connecting', reason: 'CONNECTING' },
  { at: 41, kind: 'socketOpen', socket: 1 },
  { at: 41, kind: 'socketState', socket: 1, from: 'connecting', to: 'open', reason: 'OK' },
  { at: 41, kind: 'decision', what: 'join', why: 'its turn', socket: 1, topic },
  { at: 41, kind: 'channelState', socket: 1, topic, from: 'closed', to: 'joining' },
  { at: 41, kind: 'frameOut', socket: 1, bytes: 260, topic, event: 'phx_join', ref: '1' },
  { at: 41, kind: 'keyState', key: 1, from: 'pending', to: 'joining', reason: 'CONNECTING', message: 'Joining.' },
  { at: 80, kind: 'frameIn', socket: 1, bytes: 180, topic, event: 'phx_reply', ref: '1' },
  { at: 80, kind: 'channelState', socket: 1, topic, from: 'joining', to: 'joined' },
  { at: 950, kind: 'frameIn', socket: 1, bytes: 150, topic, event: 'system' },
  { at: 950, kind: 'keyState', key: 1, from: 'joining', to: 'live', reason: 'OK' },
  { at: 950, kind: 'overall', state: 'live' },
  { at: 5_000, kind: 'frameIn', socket: 1, bytes: 600, topic, event: 'postgres_changes' },
  { at: 10_000, kind: 'socketClosed', socket: 1, code: 1006 },
  { at: 10_000, kind: 'channelState', socket: 1, topic, from: 'joined', to: 'errored', ...lost },
  { at: 10_000, kind: 'keyState', key: 1, from: 'live', to: 'pending', ...lost },
  { at: 10_000, kind: 'evidence', what: 'lastChange', key: 1, time: 1_700_000_005_000 },
  { at: 10_000, kind: 'gap', gap: 1, key: 1, ...lost, from: 1_700_000_010_000, commit: '2023-11-14T22:13:25.000Z' },
  { at: 10_000, kind: 'random', high: 12, low: 99 },
  { at: 10_000, kind: 'decision', what: 'wait', why: 'CONNECTION_LOST', msPlusOne: 732, socket: 1 },
  { at: 10_000, kind: 'socketState', socket: 1, from: 'open', to: 'backoff', ...lost },
  { at: 10_000, kind: 'timerArmed', ms: 731, deadline: 'Reconnect' },
  { at: 10_731, kind: 'timerFired' },
  { at: 10_731, kind: 'socketOpening', socket: 1 },
  { at: 10_731, kind: 'socketState', socket: 1, from: 'backoff', to: 'connecting', reason: 'CONNECTING' },
  { at: 10_770, kind: 'socketOpen', socket: 1 },
  { at: 10_770, kind: 'socketState', socket: 1, from: 'connecting', to: 'open', reason: 'OK' },
  { at: 11_700, kind: 'keyState', key: 1, from: 'joining', to: 'live', reason: 'OK' },
  { at: 11_700, kind: 'gapHealed', gap: 1, key: 1, to: 1_700_000_011_700 },
];
