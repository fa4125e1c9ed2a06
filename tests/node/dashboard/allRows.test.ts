import { expect, it } from 'vitest';
import type { Network } from '../../../web/dashboard/src/data/network.js';
import { RestClient } from '../../../web/dashboard/src/data/rest.js';

const NO_COUNT = [null, '0-99/*', '*/*', 'garbage'];

it.each(
  // Supabase's default, and less than is asked for.
  [1_000, 500, 100, 7].flatMap((maxRows) => ['counted', ...NO_COUNT].map((range) => ({ maxRows, range }))),
)(
  'all rows of a table are read, where the server gives $maxRows at once and says "$range"',
  async ({ maxRows, range }) => {
    const table = Array.from({ length: 2_300 }, (_, index) => ({ id: index + 1 }));
    const queries: string[] = [];
    const fetch = (input: string): Promise<Response> => {
      const parameters = new URL(input).searchParams;
      queries.push(parameters.get('business_id') ?? '');
      const after = Number(parameters.get('id')?.replace('gt.', '') ?? 0);
      const limit = Math.min(Number(parameters.get('limit') ?? maxRows), maxRows);
      const all = table.filter(({ id }) => id > after);
      const rows = all.slice(0, limit);
      const header = range === 'counted' ? `0-${rows.length - 1}/${all.length}` : range;
      return Promise.resolve(Response.json(rows, header === null ? {} : { headers: { 'content-range': header } }));
    };
    const config = { realtime: 'ws://x', rest: 'http://x/rest/v1', apikey: 'key' };
    const rest = new RestClient(config, { fetch } as unknown as Network);
    const rows = await rest.all('clients', { business_id: 'eq.7' }, new AbortController().signal);
    expect(rows.map(({ id }) => id)).toEqual(table.map(({ id }) => id));
    expect(new Set(queries)).toEqual(new Set(['eq.7']));
    const pages = Math.ceil(table.length / Math.min(maxRows, 500));
    expect(queries.length).toBe(range === 'counted' ? pages : pages + 1);
  },
);
