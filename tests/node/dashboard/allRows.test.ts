import { expect, it } from 'vitest';
import type { Network } from '../../../web/dashboard/src/data/network.js';
import { RestClient } from '../../../web/dashboard/src/data/rest.js';

/** A server that gives no more rows at once than Supabase does by default. */
const MAX_ROWS = 1_000;

it('all rows of a table are read, however many the server gives at once', async () => {
  const table = Array.from({ length: 2_300 }, (_, index) => ({ id: index + 1 }));
  const queries: string[] = [];
  const fetch = (input: string): Promise<Response> => {
    const parameters = new URL(input).searchParams;
    queries.push(parameters.get('business_id') ?? '');
    const after = Number(parameters.get('id')?.replace('gt.', '') ?? 0);
    const limit = Math.min(Number(parameters.get('limit') ?? MAX_ROWS), MAX_ROWS);
    return Promise.resolve(Response.json(table.filter(({ id }) => id > after).slice(0, limit)));
  };
  const config = { realtime: 'ws://x', rest: 'http://x/rest/v1', apikey: 'key' };
  const rest = new RestClient(config, { fetch } as unknown as Network);
  const rows = await rest.all('clients', { business_id: 'eq.7' }, new AbortController().signal);
  expect(rows.map(({ id }) => id)).toEqual(table.map(({ id }) => id));
  expect(new Set(queries)).toEqual(new Set(['eq.7']));
});
