import {
  createRealtimeManager,
  type Gap,
  type ManagerOptions,
  type RealtimeManager,
  type RpcCallback,
} from 'switchboard-realtime';
import type { Random } from '../random.js';
import { sampleFilters } from '../world/samples.js';
import { openJobs, tables } from '../world/schema.js';
import { Reader } from '../world/reader.js';
import type { World } from '../world/world.js';
import { callsOver } from './calls.js';
import { fastMembers, trackedTables } from './fastFleet.js';
import { PlainClient, type PlainSpec } from './plain.js';
import { PulseWatch } from './pulseWatch.js';
import { openHandles } from './roomFleet.js';
import type { RoomHandle } from './roomHandle.js';
import { RowsClient, type RowsSpec } from './rows.js';
import { TokenSource } from './tokens.js';

export interface MemberSpec {
  name: string;
  /** On numbered changes. */
  isFast?: true;
  options: Partial<ManagerOptions>;
  withTokens: boolean;
  rows: readonly RowsSpec[];
  plain: readonly PlainSpec[];
}

const roomColumns = ['id', 'owner', 'v', 'note'];
const stockColumns = ['shop', 'sku', 'v'];
const jobColumns = tables.jobs.columns;
const VERIFY_MS = 1_500;
const WIDE_VIEWS = 5;

/** Every way of using the client that differs on its way through it. */
const members: readonly MemberSpec[] = [
  {
    name: 'A',
    options: {},
    withTokens: false,
    rows: [
      { name: 'A.rooms', table: 'rooms', pageSize: 7, columns: roomColumns },
      {
        name: 'A.stock',
        table: 'stock',
        pageSize: 10,
        columns: stockColumns,
        orderBy: [{ column: 'v', ascending: false }],
      },
      ...[{ name: 'A.open', table: 'jobs', filter: openJobs, wide: true, pageSize: 5, columns: jobColumns } as const],
    ],
    plain: [],
  },
  {
    name: 'B',
    options: { numbers: 'string' },
    withTokens: true,
    rows: [
      {
        ...{
          name: 'B.rooms verified',
          table: 'rooms',
          verifyMs: VERIFY_MS,
          pageSize: 100,
          columns: tables.rooms.columns,
        },
        delivery: { mode: 'latest', everyMs: 80 },
        orderBy: [{ column: 'owner', ascending: false }, { column: 'note' }],
      },
      {
        name: 'B.stock',
        table: 'stock',
        pageSize: 9,
        columns: tables.stock.columns,
        delivery: { mode: 'batch', everyMs: 50 },
      },
      {
        name: 'B.open verified',
        table: 'jobs',
        filter: openJobs,
        verifyMs: VERIFY_MS,
        pageSize: 6,
        columns: jobColumns,
      },
    ],
    plain: [{ name: 'B/rooms each', table: 'rooms' }],
  },
  {
    name: 'C',
    options: {},
    withTokens: true,
    rows: [],
    plain: [
      { name: 'C/rooms each', table: 'rooms' },
      { name: 'C/open each', table: 'jobs', filter: openJobs },
      { name: 'C/stock batch', table: 'stock', delivery: { mode: 'batch', everyMs: 100, max: 20 } },
      { name: 'C/rooms latest', table: 'rooms', delivery: { mode: 'latest', everyMs: 150 } },
      { name: 'C/stock latest', table: 'stock', delivery: { mode: 'latest', everyMs: 90, key: ['shop', 'sku'] } },
      { name: 'C/jobs throttle', table: 'jobs', delivery: { mode: 'throttle', everyMs: 120 } },
      { name: 'C/jobs counted', table: 'jobs', delivery: { mode: 'each', payload: false } },
      {
        name: 'C/open counted',
        table: 'jobs',
        filter: openJobs,
        delivery: { mode: 'throttle', everyMs: 200, payload: false },
      },
      { name: 'C/stock inserts', table: 'stock', event: 'INSERT' },
    ],
  },
  {
    name: 'D',
    options: { vsn: '1.0.0' },
    withTokens: false,
    rows: [{ name: 'D.open', table: 'jobs', filter: openJobs, pageSize: 8, columns: jobColumns }],
    plain: [
      { name: 'D/stock each', table: 'stock' },
      {
        name: 'D/jobs debounce',
        table: 'jobs',
        delivery: { mode: 'debounce', waitMs: 60, maxWaitMs: 300, leading: true },
      },
      { name: 'D/rooms deletes', table: 'rooms', event: 'DELETE' },
    ],
  },
];

/** Rows of which the server keeps the key only, `latest` on all kinds of keys, and filters over many types. */
function rowsMember(random: Random): MemberSpec {
  const { notes, parts, samples } = tables;
  const latest = { mode: 'latest', everyMs: 80 } as const;
  const filters = [...sampleFilters];
  const wide = Array.from({ length: WIDE_VIEWS }, () => {
    const [filter] = filters.splice(random.below(filters.length), 1);
    if (filter === undefined) throw new Error('there are not so many filters');
    return {
      name: `E.${filter.realtime}`,
      table: 'samples',
      filter,
      wide: true,
      pageSize: 50,
      columns: samples.columns,
    } as const;
  });
  return {
    name: 'E',
    options: {},
    withTokens: false,
    rows: [
      { name: 'E.notes', table: 'notes', pageSize: 20, columns: notes.columns },
      { name: 'E.notes latest', table: 'notes', pageSize: 20, columns: notes.columns, delivery: latest },
      { name: 'E.parts', table: 'parts', pageSize: 9, columns: parts.columns, orderBy: [{ column: 'v' }] },
      { name: 'E.parts latest', table: 'parts', pageSize: 15, columns: parts.columns, delivery: latest },
      { name: 'E.stock latest', table: 'stock', pageSize: 30, columns: stockColumns, delivery: latest },
      ...wide,
    ],
    plain: [],
  };
}

/** A manager with what is subscribed on it. */
export interface Member {
  name: string;
  isFast: boolean;
  manager: RealtimeManager;
  tokens: TokenSource;
  rows: readonly RowsClient[];
  plain: readonly PlainClient[];
  handles: readonly RoomHandle[];
  pulse: PulseWatch;
}

export interface FleetOptions {
  /** Numbers of the manager. */
  tuning: Partial<ManagerOptions>;
  hasChannels: boolean;
  isNumbered: boolean;
}

function callsOf({ proxyUrl, backend }: World, { withTokens }: MemberSpec, tokens: TokenSource): RpcCallback {
  return callsOver(proxyUrl, backend.anonKey, withTokens ? tokens.token : () => Promise.resolve(backend.anonKey));
}

/** Opens all of them, through the proxy. */
export function openFleet(world: World, random: Random, options: FleetOptions): Member[] {
  return [...members, rowsMember(random.fork()), ...(options.isNumbered ? fastMembers : [])].map((member) =>
    openMember(world, random.fork(), options, member),
  );
}

function openMember(world: World, random: Random, { tuning, hasChannels }: FleetOptions, member: MemberSpec): Member {
  const tokens = new TokenSource(world.backend);
  const options = {
    url: world.proxyUrl,
    apikey: world.backend.anonKey,
    logger: null,
    pulse: { periodMs: world.pulseMs },
    ...tuning,
    ...member.options,
    ...(member.withTokens ? { accessToken: tokens.token } : {}),
    ...(member.isFast === true ? { tables: trackedTables, rpc: callsOf(world, member, tokens) } : {}),
  } as ManagerOptions;
  const manager = createRealtimeManager(options);
  const rows = member.rows.map((spec) => {
    const { table, filter = null, pageSize, verifyMs } = spec;
    const what = { table: tables[table], filter, pageSize, stale: verifyMs !== undefined };
    const reader = new Reader(world.db, world.fetchFaults, random.fork(), what);
    return new RowsClient(manager, spec, world.db, reader, world.timeline.note);
  });
  // Ids count up from 1, and the views came first.
  manager.onGap((gap: Gap) => rows[gap.subscription - 1]?.gap(gap));
  const plain = member.plain.map((spec) => new PlainClient(manager, spec, world.timeline.note));
  const handles = hasChannels ? openHandles(manager, member.name, world) : [];
  const isFast = member.isFast === true;
  return { name: member.name, isFast, manager, tokens, rows, plain, handles, pulse: new PulseWatch(manager) };
}
