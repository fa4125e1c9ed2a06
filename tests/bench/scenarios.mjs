// @ts-check
// What is measured, and the marks that it has to reach.

/** @typedef {import('./measure/throughput.mjs').Load} Load */
/** @typedef {import('./measure/channels.mjs').BroadcastLoad} BroadcastLoad */
/** @typedef {import('./measure/channels.mjs').PresenceLoad} PresenceLoad */
/** @typedef {import('./measure/channels.mjs').SendLoad} SendLoad */
/**
 * @typedef {{ kind: 'throughput', load: Load } | { kind: 'broadcasts', load: BroadcastLoad } | { kind: 'presence', load: PresenceLoad }
 *   | { kind: 'sends', load: SendLoad } | { kind: 'tasks' | 'memory' | 'growth' | 'load' | 'size' }} Work
 */
/**
 * @typedef {object} Common
 * @property {string} name
 * @property {string} unit of both figures
 * @property {boolean} [browserOnly]
 * @property {number} [least] the ratio that it has to reach
 * @property {number} [aim]
 * @property {boolean} [none] the figure has to be nothing, whatever the other's
 * @property {number} [effort] rounds, as a part of the usual; default 1
 */
/** @typedef {Common & Work} Scenario */

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

/** @param {string} name @param {Partial<Load>} load @param {Partial<Common>} [marks] @returns {Scenario} */
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

/** @param {string} name @param {Partial<BroadcastLoad>} load @param {number} least @returns {Scenario} */
const broadcasts = (name, load, least = 1.25) => ({
  name: `broadcasts ${name}`,
  unit: 'ns per broadcast',
  kind: 'broadcasts',
  load: { content: 'small', channels: 1, handles: 1, messages: 500, ...load },
  least,
});

/** @param {string} name @param {PresenceLoad['watch']} watch @param {Partial<Common>} [marks] @returns {Scenario} */
const presence = (name, watch, marks = {}) => ({
  name,
  unit: 'ns per diff',
  kind: 'presence',
  load: { watch, members: 1_000, messages: 30 },
  effort: 0.5,
  ...marks,
});

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
  broadcasts('of 0.2 kB', {}),
  broadcasts('of 0.2 kB, 100 channels', { channels: 100 }),
  broadcasts('of 0.2 kB, 1,000 channels', { channels: 1_000 }),
  broadcasts('of 1.5 kB', { content: 'large' }),
  broadcasts('of 1.5 kB, 100 channels', { content: 'large', channels: 100 }),
  broadcasts('of 1.5 kB, 1,000 channels', { content: 'large', channels: 1_000 }),
  broadcasts('of 1 kB binary', { content: 'binary' }),
  broadcasts('of 1 kB binary, 100 channels', { content: 'binary', channels: 100 }),
  broadcasts('of 1 kB binary, 1,000 channels', { content: 'binary', channels: 1_000 }),
  broadcasts('of 0.2 kB, 100 handles of one channel', { handles: 100 }, 20),
  presence('presence, 1,000 members', 'members', { least: 5 }),
  presence('presence, 1,000 members, only changes', 'changes'),
  {
    name: 'sends of 0.2 kB',
    unit: 'ns per send',
    kind: 'sends',
    // Few: the reference client keeps each for 10 s, and then searches all of them for each.
    load: { messages: 200 },
    effort: 0.5,
    least: 1.25,
  },
  { name: 'main thread, a task for each message', unit: 'ns per message', kind: 'tasks', browserOnly: true },
  { name: 'memory of a subscription', unit: 'bytes', kind: 'memory' },
  { name: 'growth over a million messages', unit: 'bytes', kind: 'growth', none: true },
  { name: 'from load to live', unit: 'ms', kind: 'load' },
  { name: 'package, compressed', unit: 'bytes of brotli', kind: 'size' },
];
