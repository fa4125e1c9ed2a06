// @ts-check
// Server, database and browser of the benchmark.
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { fastTiming, startBackend } from 'switchboard-backend';
import { launch, servePage } from './tab.mjs';

/** @typedef {Awaited<ReturnType<typeof openWorld>>} World */

const TABLES = 7;

/** @param {string} executablePath of Chromium @param {string} folder of the page's bundle */
export async function openWorld(executablePath, folder) {
  const backend = await startBackend({ seed: false, timing: fastTiming, limits: { eventsPerSecond: 1_000_000 } });
  const db = new pg.Client(backend.postgres);
  await db.connect();
  await db.query(`
    create table deals (id bigint generated always as identity primary key, shop int);
    alter publication supabase_realtime add table deals;
    grant select on deals to anon;
    select switchboard.track('deals', by => 'shop')`);
  const { rows } = await db.query(
    `select tablename from pg_publication_tables where pubname = 'supabase_realtime' and tablename <> 'deals'
     order by tablename <> 'clients', tablename`,
  );
  const tables = rows.map(({ tablename }) => String(tablename)).slice(0, TABLES);
  if (tables.length < TABLES) throw new Error(`there are ${tables.length} tables to follow, not ${TABLES}`);
  const [page, browser] = await Promise.all([servePage(folder), launch(executablePath)]);
  let deals = 0;
  return {
    backend,
    browser,
    address: page.address,
    /** How many deals there are, which is the number of the last. */
    deals: () => deals,
    /** @param {string} name */
    insert: (name) => db.query('insert into clients (business_id, full_name) values (gen_random_uuid(), $1)', [name]),
    insertDeal: async () => {
      await db.query('insert into deals (shop) values (1)');
      deals += 1;
    },
    /** What a tab is to do. @param {import('./tab.mjs').Carrier} carrier @returns {import('./page.mjs').Given} */
    given: (carrier, isNumbered = false) => ({
      url: backend.realtime,
      apikey: backend.anonKey,
      tabs: carrier !== 'own',
      tables,
      numbered: isNumbered ? backend.url : null,
    }),
    /** Resolves when the server has seen the last of its sockets go. @param {import('playwright-core').BrowserContext} context */
    leave: async (context) => {
      await context.close();
      while (backend.stats().connections > 0) await sleep(10);
    },
    close: async () => {
      await browser.close();
      await page.close();
      await db.end();
      await backend.stop();
    },
  };
}
