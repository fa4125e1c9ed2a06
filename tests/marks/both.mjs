// @ts-check
// Both clients under the same fault, and what is read off them.
import { setTimeout as sleep } from 'node:timers/promises';
import { openReference, openSwitchboard } from './clients.mjs';
import { closeAll, firstAfter, median, openMany, seconds } from './lab.mjs';

/** @typedef {import('./lab.mjs').Lab} Lab */
/** @typedef {import('./clients.mjs').Client} Client */
/**
 * A line of the table. `met`: whether Switchboard is as good as the mark; absent where there is no number to compare.
 *
 * @typedef {{ fault: string, reference: string, switchboard: string, mark: string, met?: boolean }} Line
 */
/** @typedef {(lab: Lab) => Promise<Line[]>} Mark */
/**
 * A figure in words, and whether it is as good as the mark.
 *
 * @typedef {{ text: string, met?: boolean }} Reading
 */

export const clientKinds = /** @type {const} */ ([
  ['reference', openReference],
  ['switchboard', openSwitchboard],
]);

/**
 * Opens `count` clients of each kind, does it to all of them at once, and gives what `read` makes of each kind.
 *
 * @param {Lab} lab
 * @param {number} count
 * @param {() => Promise<number>} act resolves, when all is over, with the time that counts
 * @param {(clients: readonly Client[], since: number) => string} read
 * @param {import('./clients.mjs').ClientOptions} [options]
 */
export async function both(lab, count, act, read, options) {
  const groups = await Promise.all(clientKinds.map(([, open]) => openMany(lab, open, count, options)));
  try {
    const since = await act();
    const [reference = '', switchboard = ''] = groups.map((clients) => read(clients, since));
    return { reference, switchboard };
  } finally {
    await lab.backend.faults.reset();
    lab.backend.faults.drop();
    await Promise.all(groups.map(closeAll));
  }
}

/** @param {readonly (number | null)[]} times null: never */
export function spread(times) {
  const came = times.filter((time) => time !== null);
  if (came.length === 0) return 'never';
  const never = times.length - came.length;
  return `${seconds(median(came))} (max ${seconds(Math.max(...came))}${never === 0 ? '' : `, ${never} of ${times.length} never`})`;
}

/**
 * How long after `since` the first row came on a new connection: what was on its way when the line was cut does not count.
 *
 * @param {import('./clients.mjs').Seen} seen
 * @param {number} since
 */
export function rowsAgain({ opened, rows }, since) {
  const open = firstAfter(opened, since);
  const row = open === null ? null : firstAfter(rows, since + open);
  return open === null || row === null ? null : open + row;
}

/**
 * @param {Lab} lab
 * @param {number} afterMs
 */
export function attemptsWhileClosed(lab, afterMs) {
  return both(
    lab,
    10,
    async () => {
      const since = performance.now();
      lab.backend.faults.acceptAndClose({ afterMs });
      lab.backend.faults.drop();
      await sleep(15_000);
      return since;
    },
    (clients, since) => {
      const attempts = clients.map(({ seen }) => seen.attempts.filter((at) => at > since && at < since + 15_000));
      const counts = attempts.map((times) => times.length);
      const late = attempts.map((times) => times.filter((at) => at > since + 7_500).length);
      return `${median(counts)} (max ${Math.max(...counts)}), in the second half ${median(late)}`;
    },
  );
}
