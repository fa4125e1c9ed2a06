// @ts-check
import { RealtimeClient } from '@supabase/realtime-js';
import debounce from 'lodash/debounce.js';

/** @typedef {import('./types.mjs').OpenClient} OpenClient */
/** @typedef {import('../feed/ledger.mjs').Ledger} Ledger */

const WINDOW_MS = 20;
let channels = 0;

/**
 * What an application writes on top of the client to get the same. lodash's debounce is used because it is the cheapest per call of those in wide use:
 * it does not touch its timer while it waits.
 *
 * @param {Ledger} ledger
 * @returns {Readonly<Record<import('./types.mjs').Gather, () => (payload: any) => void>>}
 */
const receivers = (ledger) => ({
  each: () => (payload) => {
    ledger.read(payload);
  },
  debounce: () => {
    /** @type {any[]} */
    let held = [];
    const flush = debounce(() => {
      const payloads = held;
      held = [];
      for (const payload of payloads) ledger.read(payload);
    }, WINDOW_MS);
    return (payload) => {
      held.push(payload);
      flush();
    };
  },
  count: () => {
    let count = 0;
    const flush = debounce(() => {
      ledger.count(count);
      count = 0;
    }, WINDOW_MS);
    return () => {
      count += 1;
      flush();
    };
  },
  latest: () => {
    /** @type {Map<unknown, any>} */
    const held = new Map();
    const flush = debounce(() => {
      const payloads = [...held.values()];
      held.clear();
      for (const payload of payloads) ledger.read(payload);
    }, WINDOW_MS);
    return (payload) => {
      held.set(payload.new.id, payload);
      flush();
    };
  },
});

/** @param {import('../feed/fakeServer.mjs').FakeServer} server */
export function createClient(server) {
  return new RealtimeClient('ws://127.0.0.1:1/realtime/v1', {
    params: { apikey: 'bench' },
    transport: /** @type {any} */ (server.Socket),
  });
}

/** The reference client, used as its own documentation does. @type {OpenClient} */
export async function openReference(server, { interests, apart, gather }, ledger) {
  const client = createClient(server);
  const receiver = receivers(ledger)[gather];
  const shared = receiver();
  /** @param {readonly import('./types.mjs').Interest[]} subset */
  const join = (subset) =>
    /** @type {Promise<void>} */ (
      new Promise((resolve, reject) => {
        const channel = client.channel(`bench-${(channels += 1)}`);
        for (const { table, filter } of subset) {
          const binding = { event: '*', schema: 'public', table, ...(filter === '' ? {} : { filter }) };
          channel.on('postgres_changes', /** @type {any} */ (binding), shared);
        }
        channel.subscribe((status, error) => {
          if (status === 'SUBSCRIBED') resolve();
          else reject(new Error(`realtime-js: ${status} ${error?.message ?? ''}`));
        });
      })
    );
  const joinAll = async (/** @type {readonly import('./types.mjs').Interest[]} */ subset) => {
    await (apart ? Promise.all(subset.map((interest) => join([interest]))) : join(subset));
  };
  await joinAll(interests);
  return {
    channels: () => client.getChannels().length,
    subscribe: joinAll,
    close: async () => {
      await client.removeAllChannels();
      await client.disconnect();
    },
  };
}
