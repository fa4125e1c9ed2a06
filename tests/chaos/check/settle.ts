import type { PlainClient } from '../clients/plain.js';
import { until } from '../until.js';
import { fenceRows, type Fence, type Fences } from '../world/fence.js';
import type { LedgerTable } from '../world/schema.js';

export interface SettleLimits {
  /** For all lines to be live again. */
  liveMs: number;
  /** For a change that was written to a live line to arrive. */
  arriveMs: number;
}

/**
 * Resolves when every subscription is live and has got a change that was written after all others. Gives what is wrong.
 *
 * An interruption may swallow that change, so others are written until one arrives everywhere. On a busy machine the pulse alone can be late again and
 * again, so the tries are bounded by time and not by their number.
 */
export async function settle(
  clients: readonly PlainClient[],
  fences: Fences,
  { liveMs, arriveMs }: SettleLimits,
): Promise<string[]> {
  const deadline = Date.now() + liveMs + arriveMs;
  do {
    if (!(await until(() => clients.every((client) => client.isSettled), liveMs))) {
      const names = clients.filter((client) => !client.isSettled).map(({ name }) => name);
      return [`not live again within ${liveMs} ms: ${names.join(', ')}`];
    }
    const fence = await fences.write();
    const has = (client: PlainClient): boolean => passed(client, fence);
    await until(() => clients.every((client) => has(client) || !client.isSettled), arriveMs);
    if (clients.every(has)) return [];
  } while (Date.now() < deadline);
  return ['changes that were written to live lines did not arrive'];
}

function passed(
  { log, mode, spec: { table, event = '*', filter } }: PlainClient,
  fences: Record<LedgerTable, Fence>,
): boolean {
  // Counts are compared with the ledger.
  if (mode === 'count') return true;
  const { inserted, updated, deleted } = fences[table];
  if (filter !== undefined && !filter.holds(fenceRows[table])) return true;
  const id = event === 'INSERT' ? inserted : event === 'DELETE' ? deleted : updated;
  return log.events.some((seen) => seen.id === id);
}
