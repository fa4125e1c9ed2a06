// @ts-check
// From nothing loaded to the first subscription live, in a process or page of its own. The server answers at once.
import { FakeServer } from '../feed/fakeServer.mjs';

/**
 * @param {import('./sides.mjs').Side} side
 * @param {() => Promise<any>} load evaluates the client's bundle; see bundles.mjs
 * @returns {Promise<number>} ms
 */
export async function measureLoad(side, load) {
  const server = new FakeServer();
  const begun = performance.now();
  const loaded = await load();
  await new Promise((resolve) => {
    if (side === 'switchboard') {
      const options = { url: 'ws://127.0.0.1:1/realtime/v1', apikey: 'bench', logger: null, transport: server.Socket };
      const manager = loaded.createRealtimeManager(options);
      manager.subscribe({ table: 'bookings' }, () => undefined, resolve);
    } else {
      const options = { params: { apikey: 'bench' }, transport: server.Socket };
      const client = new loaded.RealtimeClient('ws://127.0.0.1:1/realtime/v1', options);
      const binding = { event: '*', schema: 'public', table: 'bookings' };
      client
        .channel('bench')
        .on('postgres_changes', binding, () => undefined)
        .subscribe(resolve);
    }
  });
  return performance.now() - begun;
}
