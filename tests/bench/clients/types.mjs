// @ts-check
// What the two clients have in common.

/** @typedef {{ table: string, filter: string }} Interest filter: empty for none */
/**
 * How changes are delivered: each at once; together after a pause; only how many, after a pause; the newest of each row, after a pause.
 *
 * @typedef {'each' | 'debounce' | 'count' | 'latest'} Gather
 */
/**
 * @typedef {object} Use how an application uses its client
 * @property {readonly Interest[]} interests one subscription each; equal ones are components that want the same
 * @property {boolean} apart a channel for each, or else one for all
 * @property {Gather} gather
 */
/**
 * @typedef {object} Client
 * @property {() => number} channels
 * @property {(interests: readonly Interest[]) => Promise<void>} subscribe to more; resolves when live
 * @property {() => Promise<void>} close
 */
/** @typedef {(server: import('../feed/fakeServer.mjs').FakeServer, use: Use, ledger: import('../feed/ledger.mjs').Ledger) => Promise<Client>} OpenClient */

export {};
