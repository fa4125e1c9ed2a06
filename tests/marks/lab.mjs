// @ts-check
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startBackend } from 'switchboard-backend';
import { keyOf } from './clients.mjs';

/** @typedef {import('./clients.mjs').Client} Client */
/** @typedef {import('./clients.mjs').OpenClient} OpenClient */
/** @typedef {{ backend: import('switchboard-backend').Backend, db: pg.Pool, close: () => Promise<void> }} Lab */

const ROW_EVERY_MS = 20;

/** A backend with the true waits of the server, the 5 s stall among them. @returns {Promise<Lab>} */
export async function openLab() {
  const backend = await startBackend({ seed: false });
  const db = new pg.Pool({ connectionString: backend.postgres, max: 2 });
  db.on('error', () => undefined); // an idle connection ends with the server
  return {
    backend,
    db,
    async close() {
      await db.end();
      await backend.stop();
    },
  };
}

/**
 * Resolves when it holds, false when it does not within `ms`.
 *
 * @param {() => boolean} holds
 * @param {number} ms
 */
export async function until(holds, ms) {
  const end = performance.now() + ms;
  while (!holds()) {
    if (performance.now() > end) return false;
    await sleep(5);
  }
  return true;
}

let rowsWritten = 0;

/** @param {Lab} lab */
export async function insertClient({ db }, name = `row ${(rowsWritten += 1)}`) {
  await db.query('insert into clients (business_id, full_name) values (gen_random_uuid(), $1)', [name]);
}

/**
 * Writes a row every 20 ms until it is stopped.
 *
 * @param {Lab} lab
 */
export function writeRows(lab) {
  const writing = setInterval(() => void insertClient(lab), ROW_EVERY_MS);
  return () => {
    clearInterval(writing);
  };
}

/**
 * Opens many of a kind, each subscribed to clients and live.
 *
 * @param {Lab} lab
 * @param {OpenClient} open
 * @param {number} count
 * @param {import('./clients.mjs').ClientOptions} [options]
 */
export async function openMany({ backend }, open, count, options) {
  const spec = { table: 'clients' };
  const clients = Array.from({ length: count }, () => open(backend, options));
  for (const client of clients) client.subscribe([spec]);
  if (!(await until(() => clients.every(({ seen }) => seen.live.has(keyOf(spec))), 30_000))) {
    throw new Error('not all clients became live');
  }
  return clients;
}

/** @param {readonly Client[]} clients */
export async function closeAll(clients) {
  await Promise.all(clients.map((client) => client.close()));
}

/**
 * The first time after `since`, as ms since then; null when there is none.
 *
 * @param {readonly number[]} times
 * @param {number} since
 */
export function firstAfter(times, since) {
  const time = times.find((at) => at > since);
  return time === undefined ? null : time - since;
}

/** @param {readonly number[]} values */
export function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle) - 1] ?? NaN)) / 2;
}

/** @param {number} ms */
export function seconds(ms) {
  return `${(ms / 1_000).toFixed(2)} s`;
}
