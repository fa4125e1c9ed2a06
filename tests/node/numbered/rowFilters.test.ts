import pg from 'pg';
import { startBackend, type Backend } from 'switchboard-backend';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { rowFilterCases } from './support/rowFilterCases.js';

let backend: Backend;
let sql: pg.Client;

beforeAll(async () => {
  backend = await startBackend({ seed: false });
  sql = new pg.Client(backend.postgres);
  await sql.connect();
});

afterAll(async () => {
  await sql.end();
  await backend.stop();
});

/** The native tests compare the core's filters with this table. After a change of the cases: vitest with --update. */
it('the table of what PostgreSQL says of filters is what it says', async () => {
  await expect(await rowFilterCases(sql)).toMatchFileSnapshot('../../fixtures/rowFilters.jsonl');
});
