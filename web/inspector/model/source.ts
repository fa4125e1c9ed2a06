import type { RealtimeManager } from '../../core/index.js';

/** What the inspector takes of a manager. It changes nothing, but for `reconnectAll` when its button is pressed. */
export type InspectedManager = Pick<
  RealtimeManager,
  'status' | 'stats' | 'inspect' | 'onStatusChange' | 'onMetrics' | 'onGap' | 'reconnectAll'
> & {
  /** Managers of this version have it. */
  record?(): Promise<Uint8Array>;
};
