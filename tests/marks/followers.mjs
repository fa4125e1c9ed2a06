// @ts-check
// Clients that follow the rows of one shop in the table of the mark "numbered", and what they missed.
import { RealtimeClient } from '@supabase/realtime-js';
import { createRealtimeManager } from 'switchboard-realtime';
import { restCalls } from '../../web/dist/cli/restCalls.js';
import { nothingSeen, observedSocket } from './clients.mjs';

/** @typedef {{ realtime: string, anonKey: string }} Endpoint */
/**
 * A client that follows the table. `rows`: when each row's INSERT came, by id; one that came twice has two times.
 *
 * @typedef {{ rows: Map<number, number[]>, order: number[], gaps: () => number, live: () => boolean, cut: () => void, close: () => Promise<void> }} Follower
 */

export const TABLE = 'marked_rows';
export const SHOP = 1;

/** @returns {{ rows: Map<number, number[]>, order: number[], note: (row: unknown) => void }} */
function record() {
  /** @type {Map<number, number[]>} */
  const rows = new Map();
  /** @type {number[]} */
  const order = [];
  return {
    rows,
    order,
    note(row) {
      const { id } = /** @type {{ id: number }} */ (row);
      rows.set(id, [...(rows.get(id) ?? []), performance.now()]);
      order.push(id);
    },
  };
}

/**
 * @param {Endpoint} endpoint
 * @param {'broadcast' | 'postgres_changes'} via
 * @returns {Follower}
 */
export function followWithSwitchboard({ realtime, anonKey }, via) {
  const { transport, cut } = observedSocket(nothingSeen());
  const { rows, order, note } = record();
  const manager = createRealtimeManager({
    url: realtime,
    apikey: anonKey,
    logger: null,
    transport,
    tables: { [TABLE]: { by: 'shop' } },
    rpc: restCalls(realtime, anonKey, () => Promise.resolve(null)),
  });
  const gaps = new Set();
  manager.onGap(({ id }) => gaps.add(id));
  manager.subscribe({ table: TABLE, filter: `shop=eq.${SHOP}`, via }, (change) => {
    note(change.new);
  });
  const live = () => {
    const [subscription] = manager.status().subscriptions;
    return subscription?.state === 'live' && subscription.road === via;
  };
  return { rows, order, gaps: () => gaps.size, live, cut, close: () => manager.dispose() };
}

/**
 * @param {Endpoint} endpoint
 * @returns {Follower}
 */
export function followWithReference({ realtime, anonKey }) {
  const { transport, cut } = observedSocket(nothingSeen());
  const { rows, order, note } = record();
  const options = { params: { apikey: anonKey }, transport: /** @type {any} */ (transport) };
  const client = new RealtimeClient(realtime, options);
  let isLive = false;
  client
    .channel('marked')
    .on(
      'postgres_changes',
      { event: 'INSERT', schema: 'public', table: TABLE, filter: `shop=eq.${SHOP}` },
      (/** @type {{ new: unknown }} */ change) => {
        note(change.new);
      },
    )
    .on('system', {}, ({ extension, status }) => {
      if (extension === 'postgres_changes' && status === 'ok') isLive = true;
    })
    .subscribe();
  const close = async () => {
    await client.removeAllChannels();
    await client.disconnect();
  };
  return { rows, order, gaps: () => 0, live: () => isLive, cut, close };
}

/**
 * What is missing of the rows up to `last`, came twice, or came after a later one.
 *
 * @param {Pick<Follower, 'rows' | 'order'>} follower
 * @param {number} first
 * @param {number} last
 */
export function faultsIn({ rows, order }, first, last) {
  let missing = 0;
  let twice = 0;
  for (let id = first; id <= last; id += 1) {
    const times = rows.get(id) ?? [];
    if (times.length === 0) missing += 1;
    if (times.length > 1) twice += 1;
  }
  const late = order.filter((id, index) => index > 0 && id < (order[index - 1] ?? 0)).length;
  return { missing, twice, late };
}
