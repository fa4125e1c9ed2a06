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
/**
 * What is wanted of channels: broadcasts of JSON or of bytes; who is present, or only what changes of it.
 *
 * @typedef {'json' | 'bytes' | 'members' | 'changes'} Watch
 */
/**
 * @typedef {object} ChannelUse how an application uses the channels of its client
 * @property {readonly string[]} names one channel each
 * @property {number} handles of each channel, as of so many components
 * @property {Watch} watch
 */
/**
 * @typedef {object} ChannelClient
 * @property {(name: string, event: string, payload: object) => Promise<unknown>} send
 * @property {(name: string) => Record<string, unknown>} members what is tracked, by key
 * @property {() => Promise<void>} close
 */
/** @typedef {(server: import('../feed/fakeServer.mjs').FakeServer, use: ChannelUse, ledger: import('../feed/ledger.mjs').Ledger) => Promise<ChannelClient>} OpenChannels */

export {};
