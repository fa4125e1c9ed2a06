// @ts-check
import { FakeServer } from '../feed/fakeServer.mjs';
import { Ledger } from '../feed/ledger.mjs';

/** @typedef {import('../clients/types.mjs').Client} Client */
/** @typedef {'switchboard' | 'reference'} Side */
/** @typedef {{ server: FakeServer, ledger: Ledger, client: Client }} OpenSide */
/** @typedef {Awaited<ReturnType<typeof openChannels>>} OpenChannelSide */

export const SIDES = /** @type {const} */ (['switchboard', 'reference']);

/** What the two are called where people read it. */
export const NAMES = { switchboard: 'switchboard', reference: 'realtime-js' };

/**
 * One client, live on a server of its own. Loaded only now, so that what must be in place before is.
 *
 * @param {Side} side
 * @param {import('../clients/types.mjs').Use} use
 * @returns {Promise<OpenSide>}
 */
export async function openSide(side, use) {
  const server = new FakeServer();
  const ledger = new Ledger(NAMES[side]);
  const open =
    side === 'switchboard'
      ? (await import('../clients/switchboard.mjs')).openSwitchboard
      : (await import('../clients/reference.mjs')).openReference;
  return { server, ledger, client: await open(server, use, ledger) };
}

/**
 * The same with channels.
 *
 * @param {Side} side
 * @param {import('../clients/types.mjs').ChannelUse} use
 * @param {(sum: number, payload: any) => number} readOne see `Ledger`
 * @param {object} [present] the payload of `presence_state`
 */
export async function openChannels(side, use, readOne, present = {}) {
  const server = new FakeServer();
  server.present = present;
  const ledger = new Ledger(NAMES[side], readOne);
  const open =
    side === 'switchboard'
      ? (await import('../clients/switchboardChannels.mjs')).openSwitchboardChannels
      : (await import('../clients/referenceChannels.mjs')).openReferenceChannels;
  return { server, ledger, client: await open(server, use, ledger) };
}
