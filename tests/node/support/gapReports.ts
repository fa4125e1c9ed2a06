import type { GapReport } from '../../../web/core/api/gap.js';
import type { ScriptedEngine } from './scriptedEngine.js';

/** When the gaps begin, in Unix ms. */
export const FROM = 1_790_000_000_000;

/** An open gap of the subscription, unless `more` has its end. */
export function gapReport(subscription: number, more: Partial<GapReport> = {}): GapReport {
  const common = { code: 'CONNECTION_LOST', message: 'closed', fromCommit: null, from: FROM, to: null } as const;
  return { id: 1, subscription, ...common, ...more };
}

/** A gap of all subscriptions of one key, as the core reports it: open, then over. */
export function interrupt(engine: ScriptedEngine, subscriptions: readonly number[], id = 1): void {
  engine.control({ gaps: subscriptions.map((subscription) => gapReport(subscription, { id })) });
  engine.control({ gaps: subscriptions.map((subscription) => gapReport(subscription, { id, to: FROM + 500 })) });
}
