// @ts-check
import { createRealtimeManager } from 'switchboard-realtime';

/** @typedef {import('./types.mjs').OpenClient} OpenClient */
/** @typedef {import('switchboard-realtime').DeliveryOption} DeliveryOption */
/** @typedef {(change: any) => void} OnEvent */

const WINDOW_MS = 20;

/** @type {Readonly<Record<import('./types.mjs').Gather, DeliveryOption>>} */
const DELIVERIES = {
  each: 'each',
  debounce: { mode: 'debounce', waitMs: WINDOW_MS },
  count: { mode: 'debounce', waitMs: WINDOW_MS, payload: false },
  latest: { mode: 'latest', everyMs: WINDOW_MS, key: 'id' },
};

/**
 * The shipped build. Limits that would make setting up slow are lifted; they do nothing once it is live. So is the pace of sends, which the other
 * client does not have.
 *
 * @param {import('../feed/fakeServer.mjs').FakeServer} server
 */
export function createManager(server) {
  return createRealtimeManager({
    url: 'ws://127.0.0.1:1/realtime/v1',
    apikey: 'bench',
    logger: null,
    transport: server.Socket,
    maxChannelsPerSocket: 1_000,
    joinsPerSecond: 1_000,
    sendsPerSecond: 10_000,
  });
}

/** @type {OpenClient} */
export async function openSwitchboard(server, { interests, apart, gather }, ledger) {
  const manager = createManager(server);
  /** @type {OnEvent} */
  const onEvent = {
    each: (/** @type {any} */ payload) => {
      ledger.read(payload);
    },
    debounce: (/** @type {readonly any[]} */ payloads) => {
      for (const payload of payloads) ledger.read(payload);
    },
    count: (/** @type {{ count: number }} */ { count }) => {
      ledger.count(count);
    },
    latest: (/** @type {readonly any[]} */ payloads) => {
      for (const payload of payloads) ledger.read(payload);
    },
  }[gather];
  /** @param {import('./types.mjs').Interest} interest */
  const subscribe = ({ table, filter }) =>
    /** @type {Promise<void>} */ (
      new Promise((resolve, reject) => {
        const options = { table, ...(filter === '' ? {} : { filter }), delivery: DELIVERIES[gather] };
        manager.subscribe(options, onEvent, (status, { message }) => {
          if (status === 'SUBSCRIBED') resolve();
          else reject(new Error(`switchboard: ${status} ${message}`));
        });
      })
    );
  const subscribeAll = async (/** @type {readonly import('./types.mjs').Interest[]} */ subset) => {
    // Subscriptions of one tick share a channel. One channel for each takes one tick for each; equal ones share in any case.
    if (apart) for (const interest of subset) await subscribe(interest);
    else await Promise.all(subset.map(subscribe));
  };
  await subscribeAll(interests);
  return {
    channels: () => manager.stats().core?.channels ?? 0,
    subscribe: subscribeAll,
    close: () => manager.dispose(),
  };
}
