// @ts-check
// What is measured, and the marks that it has to reach.

/** @typedef {import('./measure/throughput.mjs').Load} Load */
/**
 * @typedef {object} Scenario
 * @property {string} name
 * @property {string} unit of both figures
 * @property {'throughput' | 'tasks' | 'memory' | 'growth' | 'load' | 'size'} kind
 * @property {boolean} [browserOnly]
 * @property {Load} [load] for throughput
 * @property {number} [least] the ratio that it has to reach
 * @property {number} [aim]
 * @property {boolean} [none] the figure has to be nothing, whatever the other's
 * @property {number} [effort] rounds, as a part of the usual; default 1
 */

/** @type {Load} */
const one = {
  row: 'bookingRow',
  subscriptions: 1,
  interests: 1,
  apart: false,
  gather: 'each',
  messages: 500,
  rowKeys: 100,
};

/** @param {string} name @param {Partial<Load>} load @param {Partial<Scenario>} [marks] @returns {Scenario} */
const throughput = (name, load, marks = {}) => ({
  name,
  unit: 'ns per change',
  kind: 'throughput',
  load: { ...one, ...load },
  ...marks,
});

/** @param {number} n */
const channels = (n) => ({ subscriptions: n, interests: n, apart: true });
/** @param {number} n */
const bindings = (n) => ({ subscriptions: n, interests: n });

/** @type {readonly Scenario[]} */
export const scenarios = [
  throughput('one channel, one binding', {}, { least: 1.15, aim: 1.25 }),
  throughput('100 channels', channels(100)),
  throughput('1,000 channels', channels(1_000), { least: 2 }),
  throughput('100 bindings, one matches', bindings(100), { least: 2.2 }),
  throughput('300 bindings, one matches', bindings(300)),
  throughput('1,000 bindings, one matches', bindings(1_000), { least: 55 }),
  throughput(
    '100 subscribers of one key, per row change',
    { subscriptions: 100, interests: 1, apart: true, messages: 200 },
    { least: 80 },
  ),
  throughput('burst of 1,000, debounced', { gather: 'debounce', messages: 1_000 }, { effort: 0.5 }),
  throughput(
    'burst of 1,000, debounced, payload off',
    { gather: 'count', messages: 1_000 },
    { effort: 0.5, least: 20, aim: 30 },
  ),
  throughput(
    'burst of 1,000, latest of 100 rows',
    { gather: 'latest', messages: 1_000 },
    { effort: 0.5, least: 5, aim: 6.5 },
  ),
  throughput('small rows', { row: 'smallRow', full: false }),
  throughput(
    'small rows, burst, payload off',
    { row: 'smallRow', full: false, gather: 'count', messages: 1_000 },
    { effort: 0.5 },
  ),
  throughput('rows with letters beyond ASCII', { row: 'accentedRow' }),
  throughput('60-column rows', { row: 'wideRow' }),
  throughput('100 kB rows', { row: 'largeRow', full: false, messages: 100 }),
  { name: 'main thread, a task for each message', unit: 'ns per message', kind: 'tasks', browserOnly: true },
  { name: 'memory of a subscription', unit: 'bytes', kind: 'memory' },
  { name: 'growth over a million messages', unit: 'bytes', kind: 'growth', none: true },
  { name: 'from load to live', unit: 'ms', kind: 'load' },
  { name: 'package, compressed', unit: 'bytes of brotli', kind: 'size' },
];
