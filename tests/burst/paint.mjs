// From the commit of a change to the frame that shows it, in windows on each road at once.
import { setTimeout as sleep } from 'node:timers/promises';
import { createRealtimeManager } from 'switchboard-realtime';

const CHANGES = 200;
/** Between two changes, at random: so that they meet every phase of frames and polls. */
const PAUSE_MS = [250, 550];
const TIMEOUT_MS = 120_000;

/** Runs in the page: notes when each name that the row takes has been painted. */
function watchRow(id) {
  globalThis.painted = {};
  const nameIn = () =>
    /Painted \d+/.exec(document.querySelector(`[data-table="bookings"] [data-row="${id}"]`)?.textContent ?? '')?.[0];
  let last = nameIn();
  new MutationObserver(() => {
    const name = nameIn();
    if (name === undefined || name === last) return;
    last = name;
    requestAnimationFrame(() => {
      // The next task comes after this frame.
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => (globalThis.painted[name] = Date.now());
      port2.postMessage(null);
    });
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}

/** Runs in the window that writes. */
async function rename({ rest, apikey, id, name }) {
  const headers = { apikey, authorization: `Bearer ${apikey}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ client_name: name });
  const response = await fetch(`${rest}/bookings?id=eq.${id}`, { method: 'PATCH', headers, body });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
}

function quantile(times, share) {
  return times.toSorted((a, b) => a - b)[Math.ceil(times.length * share) - 1];
}

/** When each name of the booking was committed, as the database's log has it: the same for windows on every road. */
async function followCommits({ realtime, anonKey: apikey }, id) {
  const commits = {};
  const manager = createRealtimeManager({ url: realtime, apikey });
  await new Promise((resolve) => {
    const note = ({ new: { client_name }, commit_timestamp }) => (commits[client_name] = Date.parse(commit_timestamp));
    manager.subscribe({ table: 'bookings', filter: `id=eq.${id}` }, note, (status) => {
      if (status === 'SUBSCRIBED') resolve();
    });
  });
  return { commits, end: () => manager.dispose() };
}

async function open(browser, address) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(TIMEOUT_MS);
  await page.goto(address);
  await page.locator('[aria-label="Bookings"][data-rows-state="live"]').waitFor();
  await page.locator('.feed[data-live="true"]').waitFor();
  return page;
}

/**
 * Renames a booking from one window, again and again, and measures when the others show it.
 *
 * @param addresses by the name of what is measured; the first one writes, too
 */
export async function measurePaint(browser, backend, addresses) {
  const { rest, anonKey: apikey } = backend;
  const entries = Object.entries(addresses);
  const writer = await open(browser, entries[0][1]);
  const windows = await Promise.all(entries.map(async ([name, address]) => [name, await open(browser, address)]));
  const id = await writer.locator('[data-table="bookings"] [data-row]').first().getAttribute('data-row');
  const { commits, end } = await followCommits(backend, id);
  for (const [, page] of windows) await page.evaluate(watchRow, id);
  for (let n = 1; n <= CHANGES; n += 1) {
    await writer.evaluate(rename, { rest, apikey, id, name: `Painted ${n}` });
    await sleep(PAUSE_MS[0] + Math.random() * (PAUSE_MS[1] - PAUSE_MS[0]));
  }
  const results = [];
  for (const [name, page] of windows) {
    await page.waitForFunction((last) => last in globalThis.painted, `Painted ${CHANGES}`);
    const painted = await page.evaluate(() => globalThis.painted);
    const times = Object.entries(painted).map(([text, at]) => at - commits[text]);
    const [medianMs, p95Ms, longestMs] = [0.5, 0.95, 1].map((share) => quantile(times, share));
    results.push({ client: name, changes: times.length, medianMs, p95Ms, longestMs });
  }
  await end();
  await Promise.all([writer, ...windows.map(([, page]) => page)].map((page) => page.close()));
  return results;
}
