// @ts-check
// Messages as a browser hands them over: each in a task of its own.
import { makeChange } from '../feed/changes.mjs';
import { bookingRow } from '../feed/rows.mjs';
import { openSide } from './sides.mjs';

/** @typedef {import('./sides.mjs').Side} Side */

const INTEREST = { table: bookingRow.table, filter: '' };

/** @type {Map<Side, import('./sides.mjs').OpenSide>} */
const open = new Map();
let revision = 0;

/** @param {Side} side */
async function openOnce(side) {
  const opened = open.get(side) ?? (await openSide(side, { interests: [INTEREST], apart: false, gather: 'each' }));
  open.set(side, opened);
  return opened;
}

/** @param {number} count */
const nextChanges = (count) =>
  Array.from({ length: count }, (_, n) => makeChange(bookingRow, (revision += 1), n % 100, INTEREST.filter));

/** Makes ready for the delivery of so many messages, which the function returned does. @param {Side} side @param {number} messages */
export async function prepareFrames(side, messages) {
  const { server, ledger } = await openOnce(side);
  const changes = nextChanges(messages);
  ledger.expect(
    changes.map(({ payload }) => payload),
    1,
  );
  const frames = server.frames(changes);
  return async () => {
    await deliverAsTasks(frames);
    ledger.check();
  };
}

/** The same with a socket that only parses the messages, which is the least that a client does. @param {number} messages */
export async function prepareLimit(messages) {
  const { server } = await openOnce('switchboard');
  const socket = { onmessage: parse };
  const frames = server.frames(nextChanges(messages)).map(({ data }) => ({ socket, data }));
  return () => deliverAsTasks(frames);
}

/** @typedef {{ socket: Pick<import('../feed/fakeServer.mjs').FakeSocket, 'onmessage'>, data: string | ArrayBuffer }} Delivery */

/** @param {{ data: string | ArrayBuffer }} event */
function parse({ data }) {
  JSON.parse(/** @type {string} */ (data));
}

/** @param {readonly Delivery[]} frames @returns {Promise<void>} */
function deliverAsTasks(frames) {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    let next = 0;
    port1.onmessage = () => {
      const frame = frames[next];
      next += 1;
      if (frame === undefined) {
        port1.close();
        resolve();
        return;
      }
      port2.postMessage(null);
      frame.socket.onmessage?.({ data: frame.data });
    };
    port2.postMessage(null);
  });
}
