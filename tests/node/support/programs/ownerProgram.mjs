// @ts-check
// Subscribes in the name of owners, lets go of them, and prints what the manager made of it. Runs with --expose-gc.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createRealtimeManager } from 'switchboard-realtime';

/** @type {string[]} */
const warnings = [];
const manager = createRealtimeManager({
  url: 'http://127.0.0.1:9',
  apikey: 'key',
  logger: { warn: (message) => warnings.push(message) },
});

/** @type {Record<string, object>} */
const kept = {};

/**
 * @param {string} table
 * @param {object} owner
 */
function subscribe(table, owner) {
  return manager.subscribe(
    { table, filter: 'business_id=eq.7', owner },
    () => undefined,
    () => undefined,
  );
}

function fill() {
  subscribe('forgotten', {});
  subscribe('forgotten_function', () => undefined);
  manager.unsubscribe(subscribe('ended', {}));
  const abort = new AbortController();
  manager.subscribe({ table: 'aborted', owner: {}, signal: abort.signal }, () => undefined);
  abort.abort();
  kept.view = {};
  subscribe('kept', kept.view);
  manager.channel('forgotten', { owner: {} });
  manager.channel('ended', { owner: {} }).close();
  manager.channel('aborted', { owner: {}, signal: abort.signal });
  manager.channel('kept', { owner: kept.view });
}

async function collect() {
  for (let round = 0; round < 5; round += 1) {
    globalThis.gc?.();
    await nextTurn();
  }
}

fill();
await collect();
const { leakedSubscriptions, subscriptions, channels } = manager.stats();
await manager.dispose();
delete kept.view;
await collect();
const after = manager.stats().leakedSubscriptions;
process.stdout.write(JSON.stringify({ warnings, leakedSubscriptions, subscriptions, channels, after }));
