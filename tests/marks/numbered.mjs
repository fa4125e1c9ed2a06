// @ts-check
// How soon each change of a tracked table comes, and what is missing after outages: docs/benchmarks.md, "Numbered changes".
import { setTimeout as sleep } from 'node:timers/promises';
import { RealtimeClient } from '@supabase/realtime-js';
import { createRealtimeManager } from 'switchboard-realtime';
import { restCalls } from '../../web/dist/cli/restCalls.js';
import { nothingSeen, observedSocket } from './clients.mjs';
import { median, until } from './lab.mjs';

/** @typedef {import('./lab.mjs').Lab} Lab */
/** @typedef {import('./both.mjs').Line} Line */
/**
 * A client that follows the table. `rows`: when each row's INSERT came, by id; one that came twice has two times.
 *
 * @typedef {{ rows: Map<number, number[]>, order: number[], gaps: () => number, live: () => boolean, cut: () => void, close: () => Promise<void> }} Follower
 */

const TABLE = 'marked_rows';
const SHOP = 1;
const FRESH_ROWS = 60;
const CUTS = 10;

/** @param {Lab} lab */
async function makeTable({ db }) {
  await db.query(`
    create table ${TABLE} (id int primary key, shop int not null);
    alter publication supabase_realtime add table ${TABLE};
    grant select on ${TABLE} to anon;
    select switchboard.track('${TABLE}', by => 'shop')`);
}

/** @returns {{ rows: Map<number, number[]>, order: number[], note: (row: unknown) => void }} */
function record() {
  /** @type {Map<number, number[]>} */
  const rows = new Map();
  /** @type {number[]} */
  const order = [];
  return {
    rows,
    order,
    note(row) {
      const { id } = /** @type {{ id: number }} */ (row);
      rows.set(id, [...(rows.get(id) ?? []), performance.now()]);
      order.push(id);
    },
  };
}

/**
 * @param {Lab} lab
 * @param {'broadcast' | 'postgres_changes'} via
 * @returns {Follower}
 */
function followWithSwitchboard({ backend }, via) {
  const { transport, cut } = observedSocket(nothingSeen());
  const { rows, order, note } = record();
  const manager = createRealtimeManager({
    url: backend.realtime,
    apikey: backend.anonKey,
    logger: null,
    transport,
    tables: { [TABLE]: { by: 'shop' } },
    rpc: restCalls(backend.realtime, backend.anonKey, () => Promise.resolve(null)),
  });
  const gaps = new Set();
  manager.onGap(({ id }) => gaps.add(id));
  manager.subscribe({ table: TABLE, filter: `shop=eq.${SHOP}`, via }, (change) => {
    note(change.new);
  });
  const live = () => {
    const [subscription] = manager.status().subscriptions;
    return subscription?.state === 'live' && subscription.road === via;
  };
  return { rows, order, gaps: () => gaps.size, live, cut, close: () => manager.dispose() };
}

/**
 * @param {Lab} lab
 * @returns {Follower}
 */
function followWithReference({ backend }) {
  const { transport, cut } = observedSocket(nothingSeen());
  const { rows, order, note } = record();
  const options = { params: { apikey: backend.anonKey }, transport: /** @type {any} */ (transport) };
  const client = new RealtimeClient(backend.realtime, options);
  let isLive = false;
  client
    .channel('marked')
    .on(
      'postgres_changes',
      { event: 'INSERT', schema: 'public', table: TABLE, filter: `shop=eq.${SHOP}` },
      (/** @type {{ new: unknown }} */ change) => {
        note(change.new);
      },
    )
    .on('system', {}, ({ extension, status }) => {
      if (extension === 'postgres_changes' && status === 'ok') isLive = true;
    })
    .subscribe();
  const close = async () => {
    await client.removeAllChannels();
    await client.disconnect();
  };
  return { rows, order, gaps: () => 0, live: () => isLive, cut, close };
}

/**
 * What is missing of the rows up to `last`, came twice, or came after a later one.
 *
 * @param {Follower} follower
 * @param {number} first
 * @param {number} last
 */
function faultsIn({ rows, order }, first, last) {
  let missing = 0;
  let twice = 0;
  for (let id = first; id <= last; id += 1) {
    const times = rows.get(id) ?? [];
    if (times.length === 0) missing += 1;
    if (times.length > 1) twice += 1;
  }
  const late = order.filter((id, index) => index > 0 && id < (order[index - 1] ?? 0)).length;
  return { missing, twice, late };
}

/** @param {readonly number[]} times @param {number} share */
function quantile(times, share) {
  return [...times].sort((a, b) => a - b)[Math.ceil(times.length * share) - 1] ?? NaN;
}

/** @param {readonly number[]} times */
const middleAndEdge = (times) => `${median(times).toFixed(1)} / ${quantile(times, 0.95).toFixed(1)} ms`;

/** @type {import('./both.mjs').Mark} */
export async function numbered(lab) {
  await makeTable(lab);
  const reference = followWithReference(lab);
  const plain = followWithSwitchboard(lab, 'postgres_changes');
  const followed = followWithSwitchboard(lab, 'broadcast');
  const all = [reference, plain, followed];
  let last = 0;
  const insert = async () => {
    last += 1;
    await lab.db.query(`insert into ${TABLE} values ($1, ${SHOP})`, [last]);
  };
  const untilAllCame = () => until(() => followed.rows.has(last), 30_000);
  try {
    if (!(await until(() => all.every(({ live }) => live()), 30_000))) throw new Error('not all clients became live');
    return [...(await freshness()), ...(await cuts()), ...(await restart())];
  } finally {
    await Promise.all(all.map(({ close }) => close()));
    await lab.db.query(`select switchboard.untrack('${TABLE}'); drop table ${TABLE}`);
  }

  /** From the moment the INSERT is sent, which is before its commit, to the callback. */
  async function freshness() {
    /** @type {Map<number, number>} */
    const sent = new Map();
    for (let n = 0; n < FRESH_ROWS; n += 1) {
      sent.set(last + 1, performance.now());
      await insert();
      await sleep(400);
    }
    await until(() => all.every(({ rows }) => rows.has(last)), 10_000);
    const [first, second, third] = all.map(({ rows }) =>
      [...sent].map(([id, at]) => (rows.get(id)?.[0] ?? Infinity) - at),
    );
    const times = third ?? [];
    return [
      line(
        'a row every 0.4 s: from INSERT to callback, median / 95 %',
        [first ?? [], second ?? [], times].map(middleAndEdge),
        '10 / 50 ms',
        median(times) <= 10 && quantile(times, 0.95) <= 50,
      ),
    ];
  }

  async function cuts() {
    return losses(`${CUTS} cuts, a row every 20 ms: missing, twice, out of order (gaps)`, async () => {
      for (let n = 0; n < CUTS; n += 1) {
        await sleep(1_000 + Math.random() * 1_500);
        for (const { cut } of all) cut();
      }
    });
  }

  async function restart() {
    return losses('the server restarts, away for 5 s: the same', async () => {
      await sleep(1_000);
      await lab.backend.faults.restart({ downMs: 5_000 });
      await until(() => all.every(({ live }) => live()), 30_000);
    });
  }

  /**
   * @param {string} fault
   * @param {() => Promise<void>} act
   */
  async function losses(fault, act) {
    const first = last + 1;
    const before = all.map(({ gaps }) => gaps());
    let isWriting = true;
    const writing = (async () => {
      while (isWriting) await Promise.all([insert(), sleep(20)]);
    })();
    await act();
    await sleep(3_000);
    isWriting = false;
    await writing;
    await untilAllCame();
    await until(() => all.every(({ rows }) => rows.has(last)), 20_000);
    const counts = all.map((follower) => faultsIn(follower, first, last));
    const gaps = all.map((follower, index) => follower.gaps() - (before[index] ?? 0));
    const texts = counts.map(
      ({ missing, twice, late }, index) => `${missing}, ${twice}, ${late} (${gaps[index] ?? 0}) of ${last - first + 1}`,
    );
    const [, , own] = counts;
    const isExact = own?.missing === 0 && own.twice === 0 && own.late === 0 && gaps[2] === 0;
    return [line(fault, texts, '0, 0, 0 (0)', isExact)];
  }
}

/**
 * @param {string} fault
 * @param {readonly string[]} texts of realtime-js, of Switchboard on postgres_changes, and with numbers
 * @param {string} mark
 * @param {boolean} met
 * @returns {Line}
 */
function line(fault, [reference = '', plain = '', followed = ''], mark, met) {
  return { fault, reference, switchboard: `${followed}; without numbers ${plain}`, mark, met };
}
