// @ts-check
// The marks that are measured: each strikes both clients at once and gives a line of the table.
import { setTimeout as sleep } from 'node:timers/promises';
import { attemptsWhileClosed, both, clientKinds, rowsAgain, spread } from './both.mjs';
import { keyOf, openReference, openReferenceOnOneChannel, openSwitchboard } from './clients.mjs';
import { closeAll, firstAfter, insertClient, median, openMany, seconds, until, writeRows } from './lab.mjs';
import { numbered } from './numbered.mjs';
import { reconnectMarks } from './reconnects.mjs';

/** @typedef {import('./lab.mjs').Lab} Lab */
/** @typedef {import('./clients.mjs').Client} Client */
/** @typedef {import('./both.mjs').Mark} Mark */

/** @type {Mark} */
async function equalSubscriptions(lab) {
  const COUNT = 60;
  const spec = { table: 'clients', filter: 'full_name=like.equal%' };
  /** @param {import('./clients.mjs').OpenClient} open */
  const measure = async (open) => {
    const client = open(lab.backend);
    const before = lab.backend.stats();
    let calls = 0;
    client.subscribe(
      Array.from({ length: COUNT }, () => spec),
      () => (calls += 1),
    );
    const liveChannels = () => lab.backend.stats().subscriptions;
    await until(
      () => client.seen.live.size === 1 && liveChannels() >= lab.backend.stats().joins - before.joins,
      10_000,
    );
    await sleep(500);
    const { joins } = lab.backend.stats();
    await insertClient(lab, 'equal');
    await until(() => calls >= COUNT, 5_000);
    await sleep(200);
    /** @param {import('switchboard-backend').Stats} stats */
    const changes = (stats) => Object.values(stats.topics).reduce((sum, topic) => sum + topic.changes, 0);
    const frames = changes(lab.backend.stats()) - changes(before);
    await client.close();
    return `${joins - before.joins} joins, ${frames} frames, ${calls} calls`;
  };
  const [reference, switchboard] = [await measure(openReference), await measure(openSwitchboard)];
  return [{ fault: '60 equal subscriptions: joins, frames per change', reference, switchboard, mark: '1, 1' }];
}

/** @type {Mark} */
async function poison(lab) {
  const good = Array.from({ length: 20 }, (_, n) => ({ table: 'clients', filter: `full_name=eq.good ${n}` }));
  const bad = [{ table: 'no_such_table' }, { table: 'clients', filter: 'no_such_column=eq.1' }];
  /** @param {import('./clients.mjs').OpenClient} open */
  const measure = async (open) => {
    const client = open(lab.backend);
    const received = new Set();
    const since = performance.now();
    client.subscribe([...good, ...bad], (spec) => received.add(keyOf(spec)));
    const { live, failed } = client.seen;
    await until(() => good.every((spec) => live.has(keyOf(spec))), 12_000);
    const allLive = Math.max(...good.map((spec) => live.get(keyOf(spec)) ?? Infinity)) - since;
    await until(() => bad.every((spec) => failed.has(keyOf(spec))), 12_000);
    for (let n = 0; n < good.length; n += 1) await insertClient(lab, `good ${n}`);
    await until(() => received.size >= good.length, 3_000);
    const reported = bad.filter((spec) => failed.has(keyOf(spec))).length;
    await client.close();
    const speed = Number.isFinite(allLive) ? `, all live after ${seconds(allLive)}` : '';
    return `${received.size} of 20 receive, ${reported} of 2 reported${speed}`;
  };
  return [
    {
      fault: '20 good and 2 bad bindings',
      reference: await measure(openReferenceOnOneChannel),
      switchboard: await measure(openSwitchboard),
      mark: '20 of 20, both',
    },
  ];
}

/** @type {Mark} */
async function cut(lab) {
  const ROUNDS = 3;
  /** @type {{ reference: (number | null)[], switchboard: (number | null)[] }} */
  const times = { reference: [], switchboard: [] };
  const stop = writeRows(lab);
  for (let round = 0; round < ROUNDS; round += 1) {
    const groups = await Promise.all(clientKinds.map(([, open]) => openMany(lab, open, 12)));
    await sleep(2_000);
    const since = performance.now();
    lab.backend.faults.drop();
    await until(() => groups.flat().every(({ seen }) => firstAfter(seen.opened, since) !== null), 15_000);
    await sleep(1_500);
    groups.forEach((clients, kind) => {
      times[kind === 0 ? 'reference' : 'switchboard'].push(...clients.map(({ seen }) => rowsAgain(seen, since)));
    });
    await Promise.all(groups.map(closeAll));
  }
  stop();
  const delay = await serverDelay(lab);
  return [
    {
      fault: `cut: rows again, ${12 * ROUNDS} cuts (of it the server's own delay here: ${seconds(delay)})`,
      reference: spread(times.reference),
      switchboard: spread(times.switchboard),
      mark: '0.9 s, of it 0.35 s the server',
    },
  ];
}

/**
 * From commit to arrival, median.
 *
 * @param {Lab} lab
 */
async function serverDelay(lab) {
  const [client] = await openMany(lab, openSwitchboard, 1);
  if (client === undefined) return NaN;
  const delays = [];
  for (let n = 0; n < 20; n += 1) {
    await insertClient(lab);
    const committed = performance.now();
    const before = client.seen.rows.length;
    await until(() => client.seen.rows.length > before, 2_000);
    delays.push((client.seen.rows.at(-1) ?? NaN) - committed);
  }
  await client.close();
  return median(delays);
}

/** @type {Mark} */
async function halfOpen(lab) {
  const stop = writeRows(lab);
  const result = await both(
    lab,
    10,
    async () => {
      await sleep(2_000);
      const since = performance.now();
      for (const connection of lab.backend.faults.connections()) lab.backend.faults.halfOpen({ connection });
      await sleep(60_000);
      return since;
    },
    (clients, since) => spread(clients.map(({ seen }) => firstAfter(seen.opened, since))),
  );
  stop();
  return [{ fault: 'half-open: new connection', ...result, mark: '26 s at the latest' }];
}

/** @type {Mark} */
async function lateToken(lab) {
  const COUNT = 10;
  const stop = writeRows(lab);
  let token = await lab.backend.signToken({ role: 'anon' });
  // The reference client's first join goes without the callback's token, so it is given one by hand.
  const [reference, bySetAuth, byCallback] = await Promise.all([
    openMany(lab, openReference, COUNT),
    openMany(lab, openSwitchboard, COUNT),
    openMany(lab, openSwitchboard, COUNT, { accessToken: () => Promise.resolve(token) }),
  ]);
  const byHand = [...reference, ...bySetAuth];
  for (const client of byHand) client.setAuth(token);
  await sleep(5_000); // the server subscribes again after a push
  lab.backend.faults.expireTokens();
  await sleep(8_000);
  token = await lab.backend.signToken({ role: 'anon' });
  const since = performance.now();
  for (const client of byHand) client.setAuth(token);
  await sleep(15_000);
  const read = (/** @type {readonly Client[]} */ clients) =>
    spread(clients.map(({ seen }) => firstAfter(seen.rows, since)));
  const line = { reference: read(reference), mark: 'as soon as it is there' };
  await closeAll([...byHand, ...byCallback]);
  stop();
  return [
    { ...line, fault: 'token expired, new one by setAuth 8 s later: rows again', switchboard: read(bySetAuth) },
    { ...line, fault: 'the same, new one by the callback', reference: 'not measured', switchboard: read(byCallback) },
  ];
}

/** @type {Mark} */
async function firstJoin(lab) {
  const token = await lab.backend.signToken({ role: 'anon' });
  const result = await both(
    lab,
    1,
    () => Promise.resolve(0),
    ([client]) => {
      const join = client?.seen.frames.find((frame) => frame.includes('"phx_join"')) ?? '';
      return join.includes(token) ? 'yes' : 'no';
    },
    { accessToken: () => Promise.resolve(token) },
  );
  return [{ fault: 'first join carries the access token', ...result, mark: 'yes' }];
}

/** @type {Mark} */
async function liveAndClose(lab) {
  const result = await attemptsWhileClosed(lab, 300);
  return [{ fault: 'live for 0.3 s, then closed, for 15 s: attempts', ...result, mark: 'slowing' }];
}

/** All of them, by name, in the order in which they are measured. */
export const marks = {
  equalSubscriptions,
  poison,
  cut,
  halfOpen,
  lateToken,
  firstJoin,
  liveAndClose,
  numbered,
  ...reconnectMarks,
};
