// @ts-check
// Uses a manager up to the point named by the first argument, disposes of it, and must then end by itself.
import { createRealtimeManager } from 'switchboard-realtime';

/** @typedef {import('switchboard-realtime').StatusSnapshot} StatusSnapshot */

const [point = '', url = '', apikey = '', wasm] = process.argv.slice(2);
const manager = createRealtimeManager({ url, apikey, logger: null, wasm, loadTimeoutMs: 3_600_000 });

/**
 * Subscribes, and resolves when the status fits.
 *
 * @param {(status: StatusSnapshot) => boolean} fits
 * @returns {Promise<void>}
 */
function subscribed(fits) {
  manager.subscribe({ table: 'clients' }, () => undefined);
  return new Promise((resolve) => {
    const look = () => {
      if (fits(manager.status())) resolve();
    };
    manager.onStatusChange(look);
    look();
  });
}

/** @type {Record<string, () => Promise<void>>} */
const points = {
  created: () => Promise.resolve(),
  loading: () => subscribed(() => true),
  loaded: () => manager.ready(),
  connecting: () => subscribed(({ connections }) => connections.some(({ state }) => state === 'connecting')),
  waiting: () => subscribed(({ connections }) => connections.some(({ state }) => state === 'backoff')),
  joining: () => subscribed(({ subscriptions }) => subscriptions.some(({ state }) => state === 'joining')),
  live: () => subscribed(({ overall }) => overall === 'live'),
};

await points[point]?.();
process.stdout.write('disposing\n');
await manager.dispose();
process.stdout.write('disposed\n');
