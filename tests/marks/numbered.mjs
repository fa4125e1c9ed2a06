// @ts-check
// How soon each change of a tracked table comes, and what is missing after outages: docs/benchmarks.md, "Numbered changes".
import { setTimeout as sleep } from 'node:timers/promises';
import { faultsIn, followWithReference, followWithSwitchboard, SHOP, TABLE } from './followers.mjs';
import { Sleeper } from './sleeper.mjs';
import { median, until } from './lab.mjs';

/** @typedef {import('./lab.mjs').Lab} Lab */
/** @typedef {import('./both.mjs').Line} Line */
/** @typedef {import('./followers.mjs').Follower} Follower */

const FRESH_ROWS = 60;
const CUTS = 10;
const FOREIGN_ROWS = 40_000;
const ASLEEP_HOURS = 8;
const ROWS_ASLEEP = 5_000;

/** @param {Lab} lab */
async function makeTable({ db }) {
  await db.query(`
    create table ${TABLE} (id int primary key, shop int not null);
    alter publication supabase_realtime add table ${TABLE};
    create table foreign_rows (id int primary key, text text not null);
    alter publication supabase_realtime add table foreign_rows;
    grant select on ${TABLE} to anon;
    select switchboard.track('${TABLE}', by => 'shop')`);
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
  const reference = followWithReference(lab.backend);
  const plain = followWithSwitchboard(lab.backend, 'postgres_changes');
  const followed = followWithSwitchboard(lab.backend, 'broadcast');
  const all = [reference, plain, followed];
  let last = 0;
  const insert = async () => {
    last += 1;
    await lab.db.query(`insert into ${TABLE} values ($1, ${SHOP})`, [last]);
  };
  const untilAllCame = () => until(() => followed.rows.has(last), 30_000);
  try {
    if (!(await until(() => all.every(({ live }) => live()), 30_000))) throw new Error('not all clients became live');
    return [
      ...(await freshness()),
      ...(await cuts()),
      ...(await restart()),
      ...(await killedReplication()),
      ...(await foreignTransaction()),
      ...(await sleeping()),
    ];
  } finally {
    await Promise.all(all.map(({ close }) => close()));
    await lab.db.query(`select switchboard.untrack('${TABLE}'); drop table ${TABLE}, foreign_rows`);
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

  async function killedReplication() {
    return losses('the replication is killed every 2 s for 10 s: the same', async () => {
      for (const end = performance.now() + 10_000; performance.now() < end;) {
        await lab.db.query('select pg_terminate_backend(pid) from pg_stat_replication');
        await sleep(2_000);
      }
      await sleep(5_000);
    });
  }

  async function foreignTransaction() {
    return losses(`a transaction of ${FOREIGN_ROWS} rows of another table: the same`, async () => {
      await sleep(1_000);
      await lab.db.query(`insert into foreign_rows select n, repeat('x', 100) from generate_series(1, $1) n`, [
        FOREIGN_ROWS,
      ]);
      await sleep(5_000);
    });
  }

  /** Meanwhile the server ends the connections, as it does to clients that are silent for a minute. */
  async function sleeping() {
    const sleepers = /** @type {const} */ (['realtime-js', 'postgres_changes', 'broadcast']).map(
      (kind) => new Sleeper(kind, lab.backend),
    );
    try {
      await Promise.all(sleepers.map((sleeper) => sleeper.until(({ live }) => live)));
      const first = last + 1;
      await Promise.all(sleepers.map((sleeper) => sleeper.sleep()));
      lab.backend.faults.drop();
      for (let n = 0; n < ROWS_ASLEEP; n += 1) await insert();
      for (const sleeper of sleepers) sleeper.wake(ASLEEP_HOURS);
      await Promise.all(sleepers.map((sleeper) => sleeper.until(({ live }) => live)));
      await insert();
      const seen = await Promise.all(sleepers.map((sleeper) => sleeper.until(({ order }) => order.includes(last))));
      const counts = seen.map(({ rows, order }) => faultsIn({ rows: new Map(rows), order }, first, last));
      const what = `${ASLEEP_HOURS} h asleep, ${ROWS_ASLEEP} rows meanwhile: the same`;
      return [
        result(
          what,
          counts,
          seen.map(({ gaps }) => gaps),
          last - first + 1,
        ),
      ];
    } finally {
      await Promise.all(sleepers.map((sleeper) => sleeper.close()));
    }
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
    return [result(fault, counts, gaps, last - first + 1)];
  }
}

/**
 * @param {string} fault
 * @param {readonly { missing: number, twice: number, late: number }[]} counts
 * @param {readonly number[]} gaps
 * @param {number} rows
 */
function result(fault, counts, gaps, rows) {
  const texts = counts.map(
    ({ missing, twice, late }, index) => `${missing}, ${twice}, ${late} (${gaps[index] ?? 0}) of ${rows}`,
  );
  const [, , own] = counts;
  const isExact = own?.missing === 0 && own.twice === 0 && own.late === 0 && gaps[2] === 0;
  return line(fault, texts, '0, 0, 0 (0)', isExact);
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
