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

/** Makes ready for `postFrames`. @param {Side} side @param {number} messages */
export async function prepareFrames(side, messages) {
  const { server, ledger } =
    open.get(side) ?? (await openSide(side, { interests: [INTEREST], apart: false, gather: 'each' }));
  if (!open.has(side)) open.set(side, /** @type {any} */ ({ server, ledger }));
  const changes = Array.from({ length: messages }, (_, n) =>
    makeChange(bookingRow, (revision += 1), n % 100, INTEREST.filter),
  );
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

/** @param {readonly import('../feed/fakeServer.mjs').Frame[]} frames @returns {Promise<void>} */
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
