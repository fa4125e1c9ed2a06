import type { ManagerOptions } from 'switchboard-realtime';
import { lateJobs, openJobs, someOpenJobs, tables } from '../world/schema.js';
import type { MemberSpec } from './fleet.js';

/** What a manager has to know of the tables that `createTables` tracks. */
export const trackedTables = { rooms: {}, stock: {}, jobs: { by: 'state' } } satisfies ManagerOptions['tables'];

const jobColumns = tables.jobs.columns;

/** The other half of the clients: as those before them, on numbered changes. */
export const fastMembers: readonly MemberSpec[] = [
  {
    name: 'F',
    isFast: true,
    options: {},
    withTokens: true,
    rows: [],
    plain: [
      { name: 'F/rooms each', table: 'rooms' },
      { name: 'F/open each', table: 'jobs', filter: openJobs },
      { name: 'F/late each', table: 'jobs', filter: lateJobs },
      { name: 'F/some open each', table: 'jobs', filter: someOpenJobs },
      { name: 'F/stock batch', table: 'stock', delivery: { mode: 'batch', everyMs: 100, max: 20 } },
      { name: 'F/rooms throttle', table: 'rooms', delivery: { mode: 'throttle', everyMs: 120 } },
      { name: 'F/stock counted', table: 'stock', delivery: { mode: 'each', payload: false } },
      {
        name: 'F/open counted',
        table: 'jobs',
        filter: openJobs,
        delivery: { mode: 'throttle', everyMs: 200, payload: false },
      },
      { name: 'F/stock inserts', table: 'stock', event: 'INSERT' },
    ],
  },
  {
    name: 'G',
    isFast: true,
    options: { vsn: '1.0.0' },
    withTokens: false,
    rows: [{ name: 'G.open', isFast: true, table: 'jobs', filter: openJobs, pageSize: 8, columns: jobColumns }],
    plain: [
      { name: 'G/stock each', table: 'stock' },
      {
        name: 'G/open debounce',
        table: 'jobs',
        filter: openJobs,
        delivery: { mode: 'debounce', waitMs: 60, maxWaitMs: 300, leading: true },
      },
      { name: 'G/rooms deletes', table: 'rooms', event: 'DELETE' },
    ],
  },
  {
    name: 'H',
    isFast: true,
    options: { numbers: 'string' },
    withTokens: true,
    rows: [
      { name: 'H.rooms', isFast: true, table: 'rooms', pageSize: 7, columns: ['id', 'owner', 'v', 'note'] },
      {
        name: 'H.stock',
        isFast: true,
        table: 'stock',
        pageSize: 9,
        columns: tables.stock.columns,
        delivery: { mode: 'batch', everyMs: 50 },
      },
    ],
    plain: [{ name: 'H/rooms each', table: 'rooms' }],
  },
];
