// @ts-check
// What a write costs without a trigger, with a trigger that calls realtime.broadcast_changes for each row, and on a tracked table.
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { KINDS, prepare, startServer } from './server.mjs';

const USAGE = `npm run bench:track -- [options]

Measures inserts and updates in transactions of 1, 10 and 1,000 rows, by 1 and by 16 writers, in one topic and in 200. Prints medians and
the ratios to the plain trigger. Needs the compiled backend (npm run test:realtime builds it).

  --system   the system's PostgreSQL instead of the backend's
  --fsync    commits wait for the disk, as in production
  --quick    few rounds: its figures mean nothing
  --help     shows this`;

/** @typedef {(typeof KINDS)[number]} Kind */
/** @typedef {(client: pg.Client, kind: Kind, topics: number) => Promise<unknown>} Transaction */

const WRITERS = 16;
const MANY = 200;

/** @returns what was asked for; an option that there is not ends the program */
function options() {
  try {
    return parseArgs({
      options: {
        system: { type: 'boolean', default: false },
        fsync: { type: 'boolean', default: false },
        quick: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n\n${USAGE}\n`);
    process.exit(2);
  }
}

const values = options();

const COLUMNS = `(business, client, status, amount, note)`;
const business = (/** @type {number} */ topics) => `b${Math.floor(Math.random() * topics)}`;

/** @param {pg.Client} client @param {Kind} kind @param {number} topics */
const insert = (client, kind, topics) =>
  client.query({
    name: `insert ${kind}`,
    text: `insert into rows_${kind} ${COLUMNS} values ($1, 'Ann', 'confirmed', 12.5, 'a note that is of no interest to anybody')`,
    values: [business(topics)],
  });

/** @param {pg.Client} client @param {Kind} kind */
const update = (client, kind) =>
  client.query({
    name: `update ${kind}`,
    text: `update rows_${kind} set status = 'paid', amount = amount + 1 where id = $1`,
    values: [1 + Math.floor(Math.random() * 2000)],
  });

/** @type {(each: (client: pg.Client, kind: Kind, topics: number) => Promise<unknown>) => Transaction} */
const ten = (each) => async (client, kind, topics) => {
  await client.query('begin');
  for (let i = 0; i < 10; i += 1) await each(client, kind, topics);
  await client.query('commit');
};

/** @type {Transaction} */
const insertThousand = (client, kind, topics) =>
  client.query({
    name: `insert many ${kind}`,
    text: `insert into rows_${kind} ${COLUMNS} select 'b' || i % $1, 'Ann', 'confirmed', 12.5, repeat('x', 150) from generate_series(1, 1000) i`,
    values: [topics],
  });

/** @type {Transaction} */
const updateThousand = (client, kind) =>
  client.query({
    name: `update many ${kind}`,
    text: `update rows_${kind} set amount = amount + 1 where id <= 1000`,
    values: [],
  });

/** @type {readonly { name: string, topics: number, writers: number, rounds: number, run: Transaction, mark?: number }[]} */
const scenarios = [
  { name: 'INSERT, 1 row', topics: 1, writers: 1, rounds: 1200, run: insert, mark: 1.4 },
  { name: 'INSERT, 1 row', topics: MANY, writers: 1, rounds: 1200, run: insert },
  { name: 'INSERT, 10 rows in 10 statements', topics: 1, writers: 1, rounds: 200, run: ten(insert) },
  { name: 'INSERT, 10 rows in 10 statements', topics: MANY, writers: 1, rounds: 200, run: ten(insert) },
  { name: 'INSERT, 1,000 rows in a statement', topics: 1, writers: 1, rounds: 40, run: insertThousand, mark: 0.25 },
  { name: 'INSERT, 1,000 rows in a statement', topics: MANY, writers: 1, rounds: 40, run: insertThousand },
  { name: 'UPDATE, 1 row', topics: 1, writers: 1, rounds: 1200, run: update },
  { name: 'UPDATE, 10 rows in 10 statements', topics: 1, writers: 1, rounds: 200, run: ten(update) },
  { name: 'UPDATE, 1,000 rows in a statement', topics: 1, writers: 1, rounds: 40, run: updateThousand },
  { name: 'INSERT, 1 row', topics: 1, writers: WRITERS, rounds: 6, run: insert, mark: 1.3 },
  { name: 'INSERT, 1 row', topics: MANY, writers: WRITERS, rounds: 6, run: insert, mark: 1.4 },
  { name: 'UPDATE, 1 row', topics: 1, writers: WRITERS, rounds: 6, run: update },
];

/** @param {number[]} list */
const median = (list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;

/**
 * Median ms of a transaction for each kind. The kinds take turns, so that what else the machine does meets all of them.
 *
 * @param {pg.Client} client
 * @param {(typeof scenarios)[number]} scenario
 */
async function alone(client, { topics, rounds, run }) {
  const times = {
    none: /** @type {number[]} */ ([]),
    plain: /** @type {number[]} */ ([]),
    tracked: /** @type {number[]} */ ([]),
  };
  for (let i = -5; i < rounds; i += 1) {
    for (const kind of KINDS) {
      const start = performance.now();
      await run(client, kind, topics);
      if (i >= 0) times[kind].push(performance.now() - start);
    }
  }
  return { none: median(times.none), plain: median(times.plain), tracked: median(times.tracked) };
}

/**
 * ms for each transaction when 16 connections write as fast as they can, for each kind.
 *
 * @param {pg.Client[]} clients
 * @param {(typeof scenarios)[number]} scenario
 * @param {number} ms of a round
 */
async function together(clients, { topics, rounds, run }, ms) {
  const times = {
    none: /** @type {number[]} */ ([]),
    plain: /** @type {number[]} */ ([]),
    tracked: /** @type {number[]} */ ([]),
  };
  for (let i = 0; i < rounds; i += 1) {
    for (const kind of KINDS) {
      let done = 0;
      const start = performance.now();
      await Promise.all(
        clients.map(async (client) => {
          while (performance.now() - start < ms) {
            await run(client, kind, topics);
            done += 1;
          }
        }),
      );
      times[kind].push((performance.now() - start) / done);
    }
  }
  return { none: median(times.none), plain: median(times.plain), tracked: median(times.tracked) };
}

async function main() {
  const server = await startServer(values);
  const connect = async () => {
    const client = new pg.Client(server.url);
    await client.connect();
    return client;
  };
  const sql = await connect();
  try {
    await prepare(sql);
    for (const kind of KINDS) for (let i = 0; i < 2; i += 1) await insertThousand(sql, kind, 1);
    const clients = await Promise.all(Array.from({ length: WRITERS }, connect));
    const { rows } = await sql.query('show server_version');
    process.stdout.write(`PostgreSQL ${rows[0].server_version}, fsync ${values.fsync ? 'on' : 'off'}\n`);
    process.stdout.write(
      '| transaction | topics | writers | no trigger, ms | plain, ms | tracked, ms | tracked / plain | mark |\n',
    );
    process.stdout.write('| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n');
    for (const scenario of scenarios) {
      const rounds = values.quick ? 2 : scenario.rounds;
      const load = loadavg()[0]?.toFixed(1);
      const found =
        scenario.writers === 1
          ? await alone(sql, { ...scenario, rounds })
          : await together(clients, { ...scenario, rounds }, values.quick ? 50 : 1000);
      const cells = [
        scenario.name,
        scenario.topics,
        scenario.writers,
        found.none.toFixed(3),
        found.plain.toFixed(3),
        found.tracked.toFixed(3),
        (found.tracked / found.plain).toFixed(2),
        scenario.mark === undefined ? '' : `≤ ${scenario.mark}`,
      ];
      process.stdout.write(`| ${cells.join(' | ')} |  (load ${load})\n`);
    }
    const problems = await sql.query('select kind, detail, count(*) from switchboard.problems group by 1, 2');
    if (problems.rows.length > 0) throw new Error(`problems: ${JSON.stringify(problems.rows)}`);
    await Promise.all(clients.map((client) => client.end()));
  } finally {
    await sql.end();
    await server.stop();
  }
}

if (values.help) process.stdout.write(`${USAGE}\n`);
else await main();
