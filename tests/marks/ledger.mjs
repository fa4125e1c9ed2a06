// @ts-check
import { setTimeout as sleep } from 'node:timers/promises';
import { decodePgoutput, TransactionAssembler } from 'switchboard-backend';
import { until } from './lab.mjs';

/** @typedef {import('./lab.mjs').Lab} Lab */
/** @typedef {import('./clients.mjs').Client} Client */
/**
 * What a client did not get, and of that, what lies in no gap that it reported.
 *
 * @typedef {{ lost: number, untold: number }} Losses
 */

const SLOT = 'marks_ledger';

/** What was committed and when, by a replication slot of its own. */
export class Ledger {
  /** @type {Map<string, number>} */
  #commits = new Map();
  #assembler = new TransactionAssembler(() => undefined);

  /** @param {Lab} lab */
  constructor(lab) {
    this.lab = lab;
  }

  /** @param {Lab} lab */
  static async open(lab) {
    await lab.db.query(`select pg_create_logical_replication_slot('${SLOT}', 'pgoutput')`);
    return new Ledger(lab);
  }

  async close() {
    await this.lab.db.query(`select pg_drop_replication_slot('${SLOT}')`);
  }

  /** What has been committed since. */
  async read() {
    const { rows } = await this.lab.db.query(
      `select data from pg_logical_slot_get_binary_changes('${SLOT}', null, null, 'proto_version', '1', 'publication_names', 'supabase_realtime')`,
    );
    for (const { data } of rows) {
      for (const change of this.#assembler.add(decodePgoutput(data)) ?? []) {
        const name = change.newValues?.[change.relation.columns.findIndex((column) => column.name === 'full_name')];
        if (typeof name === 'string') this.#commits.set(name, change.committedAt.getTime());
      }
    }
  }

  /**
   * Waits until each client has what was committed last, and counts what it missed since its first row.
   *
   * @param {readonly Client[]} clients
   * @returns {Promise<Losses>}
   */
  async losses(clients) {
    const last = [...this.#commits.keys()].at(-1) ?? '';
    await until(() => clients.every(({ seen }) => seen.names.has(last)), 10_000);
    await sleep(200);
    const total = { lost: 0, untold: 0 };
    for (const { seen } of clients) {
      const names = [...this.#commits.keys()];
      const missed = names
        .slice(names.findIndex((name) => seen.names.has(name)))
        .filter((name) => !seen.names.has(name));
      const isReported = (/** @type {number} */ at) =>
        [...seen.gaps.values()].some(({ from, to }) => from <= at && at <= (to ?? Infinity));
      const untold = missed.filter((name) => !isReported(this.#commits.get(name) ?? NaN));
      total.lost += missed.length;
      total.untold += untold.length;
      if (seen.gaps.size > 0) this.#explain(untold, seen);
    }
    return total;
  }

  /**
   * Says on standard error how far each of these is from the nearest gap.
   *
   * @param {readonly string[]} names
   * @param {import('./clients.mjs').Seen} seen
   */
  #explain(names, { gaps }) {
    for (const name of names) {
      const at = this.#commits.get(name) ?? NaN;
      const before = Math.min(...[...gaps.values()].map(({ from }) => from - at).filter((ms) => ms > 0));
      const after = Math.min(...[...gaps.values()].map(({ to }) => at - (to ?? Infinity)).filter((ms) => ms > 0));
      process.stderr.write(`${name}: lost ${before} ms before a gap and ${after} ms after one\n`);
    }
  }
}
