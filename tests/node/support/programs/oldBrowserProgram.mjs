// @ts-check
// Keeps the rows of a table live without what the oldest browsers that are supported do not have, and says how it went.
// Node's own modules use some of it while they load.
import 'ws';

/** @type {[object, string[]][]} */
const newer = [
  [AbortSignal, ['any', 'timeout', 'abort']],
  [AbortSignal.prototype, ['throwIfAborted', 'reason']],
  [Object, ['hasOwn', 'groupBy']],
  [Array.prototype, ['at', 'findLast', 'findLastIndex', 'toSorted', 'toReversed', 'toSpliced', 'with']],
  [String.prototype, ['at', 'isWellFormed', 'toWellFormed']],
  [Promise, ['withResolvers']],
  [globalThis, ['structuredClone']],
];
for (const [owner, names] of newer) for (const name of names) Reflect.deleteProperty(owner, name);

const { createRealtimeManager } = await import('switchboard-realtime');

const [url = '', apikey = ''] = process.argv.slice(2);
const manager = createRealtimeManager({ url, apikey, logger: null, resyncTimeoutMs: 300, resyncJitterMs: 0 });
/** @type {string[]} */
const steps = [];
let fetches = 0;

/** @type {Promise<void>} */
const verified = new Promise((resolve) => {
  const live = manager.liveRows({
    ...{ table: 'steps', key: 'n', filter: 'n=gte.0', wide: true },
    delivery: { mode: 'batch', everyMs: 10 },
    fetch: () => {
      fetches += 1;
      // The first hangs.
      return fetches === 1 ? new Promise(() => undefined) : Promise.resolve([{ n: fetches }]);
    },
    verify: {
      everyMs: 10,
      digest: ({ signal }) => {
        if (!steps.includes('verified')) steps.push('verified');
        if (steps.includes('changed')) resolve();
        return !signal.aborted;
      },
    },
  });
  live.subscribe(() => {
    const { state, code } = live.status();
    const step = live.rows().some((row) => 'n' in row && row.n === 99) ? 'changed' : `${state} ${code}`;
    if (['loading FETCH_TIMEOUT', 'live OK', 'changed'].includes(step) && !steps.includes(step)) steps.push(step);
    if (step === 'live OK') process.stdout.write('live\n');
  });
});
await verified;
process.stdout.write(`${steps.join(', ')}\n`);
await manager.dispose();
