// @ts-check
// Loses its line again and again, tells its parent each time that it is live, and measures what it holds. Runs with --expose-gc and an IPC channel.
import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * What the process holds after a full garbage collection.
 *
 * @typedef {object} Held
 * @property {number} heapBytes of JavaScript objects
 * @property {number} wasmBytes the module's memory
 * @property {number} listeners on the process
 * @property {Record<string, number>} resources that keep the process alive, by kind
 * @property {number} sockets WebSockets that have not been collected
 * @property {number} socketSlots the highest number that the module's table of sockets has given out
 */

const [url = '', apikey = '', warmUp = '', total = ''] = process.argv.slice(2);

/** @type {WebAssembly.Memory | undefined} */
let memory;
let socketSlots = 0;
let socketMade = false;

/**
 * The functions for sockets are imports of the module, and the one that makes a socket returns its number in the table.
 *
 * @param {WebAssembly.ImportValue} value
 * @returns {WebAssembly.ImportValue}
 */
function observed(value) {
  if (typeof value !== 'function') return value;
  return (/** @type {unknown[]} */ ...args) => {
    /** @type {unknown} */
    const result = value(...args);
    if (socketMade && typeof result === 'number') socketSlots = Math.max(socketSlots, result);
    socketMade = false;
    return result;
  };
}

const { instantiate } = WebAssembly;
// As the loader calls it: with a compiled module.
WebAssembly.instantiate = /** @type {typeof WebAssembly.instantiate} */ (
  async (/** @type {WebAssembly.Module} */ module, /** @type {WebAssembly.Imports} */ imports) => {
    const watched = Object.fromEntries(
      Object.entries(imports).map(([name, values]) => [
        name,
        Object.fromEntries(Object.entries(values).map(([key, value]) => [key, observed(value)])),
      ]),
    );
    const instance = await instantiate(module, watched);
    memory = Object.values(instance.exports).find((value) => value instanceof WebAssembly.Memory);
    return instance;
  }
);

const { default: WebSocket } = await import('ws');
const { createRealtimeManager } = await import('switchboard-realtime');

let sockets = 0;
/** Sockets that have not ended their closing handshake. @type {Set<unknown>} */
const unclosed = new Set();
/** Has an event for each that has. */
const closing = new EventTarget();
const collected = new FinalizationRegistry(() => {
  sockets -= 1;
});

class CountedWebSocket extends WebSocket {
  /** @param {string} address */
  constructor(address) {
    super(address, { perMessageDeflate: false });
    this.on('error', () => undefined);
    this.on('close', () => {
      unclosed.delete(this);
      closing.dispatchEvent(new Event('close'));
    });
    unclosed.add(this);
    socketMade = true;
    sockets += 1;
    collected.register(this, null);
  }
}

/** @returns {Promise<Held>} */
async function held() {
  for (let round = 0; round < 6; round += 1) {
    globalThis.gc?.();
    await nextTurn();
  }
  /** @type {Record<string, number>} */
  const resources = {};
  for (const kind of process.getActiveResourcesInfo()) {
    if (kind !== 'PipeWrap') resources[kind] = (resources[kind] ?? 0) + 1; // that one leads to the parent
  }
  return {
    heapBytes: process.memoryUsage().heapUsed,
    wasmBytes: memory?.buffer.byteLength ?? 0,
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
    resources,
    sockets,
    socketSlots,
  };
}

const before = await held();
const manager = createRealtimeManager({
  url,
  apikey,
  logger: null,
  transport: CountedWebSocket,
  backoffBaseMs: 1,
  backoffCapMs: 2,
  joinsPerSecond: 1_000,
});

/** @type {Held | undefined} */
let warm;
let lives = 0;

/** @type {Promise<Held>} */
const cold = new Promise((resolve) => {
  const live = async () => {
    lives += 1;
    if (lives === Number(warmUp)) warm = await held();
    if (lives === Number(total)) resolve(await held());
    else process.send?.('live');
  };
  manager.subscribe(
    { table: 'clients' },
    () => undefined,
    (status) => {
      if (status === 'SUBSCRIBED') void live();
    },
  );
});

const end = await cold;
const { connects } = manager.stats().counters;
await manager.dispose();
// The handshake takes as long as the server does.
while (unclosed.size > 0) await once(closing, 'close');
const after = await held();
process.send?.({ before, warm, end, after, connects });
process.disconnect();
