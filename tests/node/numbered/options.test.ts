import { createClient } from '@supabase/supabase-js';
import { describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import {
  createRealtimeManager,
  type ManagerOptions,
  type SupabaseClientLike,
  type UntypedSubscribeOptions,
} from 'switchboard-realtime';
import { createFakeManager } from 'switchboard-realtime/testing';
import { Bench } from '../support/scriptedEngine.js';

const good = { url: 'https://ref.supabase.co', apikey: 'anon' };
const nothing = (): void => undefined;
const rpc = (): Promise<unknown> => Promise.resolve(null);
const tables = { bookings: { by: 'business_id' } };

/** By its name: a bench has the class of the sources. */
function errorOf(call: () => unknown): Error {
  try {
    call();
  } catch (error) {
    if (error instanceof Error && error.name === 'SwitchboardError') return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

async function engineOptions(options: Partial<ManagerOptions>): Promise<unknown> {
  const bench = new Bench(options);
  bench.manager.subscribe({ table: 'a' }, nothing);
  const { tables: given, rpc: canCall } = (await bench.open()).options;
  return { tables: given, rpc: canCall };
}

describe('the option tables', () => {
  it('reaches the core with schema and topic filled in, and whether the database can be called', async () => {
    const all = {
      bookings: { by: 'business_id' },
      notes: {},
      entries: { schema: 'audit', by: 'who' },
      payments: { by: 'business_id', topic: 'shop' },
    };
    expect(await engineOptions({ tables: all, rpc })).toEqual({
      tables: [
        { schema: 'public', table: 'bookings', topic: 'bookings', by: 'business_id' },
        { schema: 'public', table: 'notes', topic: 'notes' },
        { schema: 'audit', table: 'entries', topic: 'audit.entries', by: 'who' },
        { schema: 'public', table: 'payments', topic: 'shop', by: 'business_id' },
      ],
      rpc: undefined,
    });
    expect(await engineOptions({ tables })).toMatchObject({ tables: [{ table: 'bookings' }], rpc: false });
    expect(await engineOptions({ tables: {} })).toEqual({ tables: undefined, rpc: undefined });
    expect(await engineOptions({})).toEqual({ tables: undefined, rpc: undefined });
  });

  const refused: [string, unknown, string, string, RegExp][] = [
    ['an array', { tables: ['bookings'] }, 'INVALID_OPTION', 'tables', /must be an object/],
    ['null', { tables: null }, 'INVALID_OPTION', 'tables', /must be an object/],
    ['a table that is only named', { tables: { a: true } }, 'INVALID_OPTION', 'tables.a', /must be an object/],
    ['all tables', { tables: { '*': {} } }, 'INVALID_OPTION', 'tables.*', /name each tracked table/],
    ['all schemas', { tables: { a: { schema: '*' } } }, 'INVALID_OPTION', 'tables.a', /name each tracked table/],
    ['a blank name', { tables: { ' ': {} } }, 'INVALID_OPTION', 'tables. ', /name each tracked table/],
    [
      'a schema before the name',
      { tables: { 'public.a': {} } },
      'INVALID_OPTION',
      'tables.public.a',
      /\{ a: \{ schema: "public" \} \}/,
    ],
    [
      'an option that there is not',
      { tables: { a: { key: 'b' } } },
      'UNKNOWN_OPTION',
      'key',
      /takes by, topic, schema/,
    ],
    ['a column that is none', { tables: { a: { by: 5 } } }, 'INVALID_OPTION', 'by', /must be text, not 5/],
    ['an empty column', { tables: { a: { by: '' } } }, 'INVALID_OPTION', 'by', /an empty string/],
    ['a topic with a colon', { tables: { a: { topic: 'b:c' } } }, 'INVALID_OPTION', 'topic', /not "b:c"/],
    ['a name that makes no topic', { tables: { 'a b': {} } }, 'INVALID_OPTION', 'topic', /as in switchboard\.track/],
    ['a long topic', { tables: { a: { topic: 'b'.repeat(101) } } }, 'INVALID_OPTION', 'topic', /at most 100/],
    ['an rpc that is none', { tables, rpc: 'supabase' }, 'INVALID_OPTION', 'rpc', /supabase\.rpc\(name, args\)/],
    ['an rpc without tables', { rpc }, 'INVALID_OPTION', 'rpc', /only with `tables`/],
  ];

  it.each(refused)('refuses %s, by name and with the fix', (_, options, code, option, message) => {
    const error = errorOf(() => createRealtimeManager({ ...good, ...(options as object) }));
    expect(error).toMatchObject({ code, option });
    expect(error.message).toMatch(message);
  });
});

describe('of a subscription', () => {
  it('the way, what leaves the filter and where to continue reach the core', async () => {
    const bench = new Bench({ tables, rpc });
    const subscribe = (options: Partial<UntypedSubscribeOptions>): unknown =>
      bench.manager.subscribe({ table: 'bookings', ...options }, nothing);
    subscribe({ via: 'auto' });
    subscribe({ via: 'broadcast', leaving: 'both', from: { number: 41, epoch: '9f3c01ab77e2' } });
    subscribe({ via: 'postgres_changes' });
    subscribe({ from: { number: 0 } });
    const engine = await bench.open();
    const spec = { schema: 'public', table: 'bookings', event: '*' };
    expect(engine.received.map((command) => ('spec' in command ? command.spec : null))).toEqual([
      spec,
      { ...spec, via: 'broadcast', leaving: 'both', from: { number: 41, epoch: '9f3c01ab77e2' } },
      { ...spec, via: 'postgres_changes' },
      { ...spec, from: { number: 0 } },
    ]);
  });

  const refused: [string, Record<string, unknown>, string, string, RegExp][] = [
    ['a way that there is not', { via: 'fast' }, 'INVALID_OPTION', 'via', /'auto', 'broadcast', 'postgres_changes'/],
    ['another word for leaving', { leaving: 'DELETE' }, 'INVALID_OPTION', 'leaving', /'delete', 'update', 'both'/],
    ['a number alone', { from: 41 }, 'INVALID_OPTION', 'from', /must be an object/],
    ['a position without a number', { from: {} }, 'MISSING_OPTION', 'number', /last change you have/],
    ['half a number', { from: { number: 1.5 } }, 'INVALID_OPTION', 'number', /whole number/],
    ['an empty epoch', { from: { number: 1, epoch: '' } }, 'INVALID_OPTION', 'epoch', /an empty string/],
    [
      'a position on the way without numbers',
      { from: { number: 1 }, via: 'postgres_changes' },
      'INVALID_OPTION',
      'from',
      /leave `via` out/,
    ],
    [
      'broadcast of a table that is not listed',
      { table: 'b', via: 'broadcast' },
      'INVALID_OPTION',
      'via',
      /tables: \{ b:/,
    ],
    [
      'a position in one',
      { table: 'b', from: { number: 1 } },
      'INVALID_OPTION',
      'from',
      /public\.b is not in `tables`/,
    ],
    ['one of another schema', { schema: 'x', via: 'broadcast' }, 'INVALID_OPTION', 'via', /x\.bookings is not in/],
  ];

  it.each(refused)('%s is refused', (_, options, code, option, message) => {
    const { manager } = new Bench({ tables, rpc });
    const error = errorOf(() => manager.subscribe({ table: 'bookings', ...options }, nothing));
    expect(error).toMatchObject({ code, option });
    expect(error.message).toMatch(message);
    expect(manager.stats().subscriptions).toBe(0);
  });

  it('liveRows takes the way and nothing else of these', async () => {
    const bench = new Bench({ tables, rpc });
    const fetch = (): Promise<{ id: number }[]> => Promise.resolve([]);
    bench.manager.liveRows({ table: 'bookings', key: 'id', via: 'broadcast', fetch });
    const engine = await bench.open();
    expect(engine.received[0]).toMatchObject({ spec: { via: 'broadcast' } });
    const more = { table: 'bookings', key: 'id', from: { number: 1 }, fetch };
    expect(errorOf(() => bench.manager.liveRows(more as never))).toMatchObject({ code: 'UNKNOWN_OPTION' });
    const error = errorOf(() => bench.manager.liveRows({ table: 'other', key: 'id', via: 'broadcast', fetch }));
    expect(error).toMatchObject({ code: 'INVALID_OPTION', option: 'via' });
  });

  it('a manager for tests takes the same, and changes with numbers', async () => {
    const fake = createFakeManager({ tables });
    await fake.ready();
    const got: unknown[] = [];
    fake.subscribe({ table: 'bookings', via: 'broadcast' }, ({ number, epoch }) => got.push([number, epoch]));
    fake.emit({ table: 'bookings', eventType: 'INSERT', new: { id: 1 }, number: 7, epoch: 'e' });
    fake.emit({ table: 'bookings', eventType: 'INSERT', new: { id: 2 } });
    expect(got).toEqual([
      [7, 'e'],
      [undefined, undefined],
    ]);
    expect(fake.status().subscriptions).toMatchObject([{ road: 'broadcast', fellBack: null }]);
    await fake.dispose();
  });
});

it('a manager for tests gives TRUNCATE to those who listen to everything, whatever their filter', async () => {
  const fake = createFakeManager({ tables: { bookings: { by: 'id' } } });
  await fake.ready();
  const got: string[] = [];
  for (const event of ['*', 'INSERT', 'UPDATE', 'DELETE'] as const) {
    fake.subscribe({ table: 'bookings', filter: 'id=eq.1', event }, ({ eventType }) =>
      got.push(`${event} ${eventType}`),
    );
  }
  fake.emit({ table: 'bookings', eventType: 'TRUNCATE', number: 8, epoch: 'e' });
  expect(got).toEqual(['* TRUNCATE']);
  const change = { table: 'bookings', eventType: 'TRUNCATE' } as const;
  const refusal = errorOf(() => {
    fake.emit(change);
  });
  expect(refusal).toMatchObject({ code: 'MISSING_OPTION', option: 'number' });
  await fake.dispose();
});

describe('with a supabase-js client', () => {
  /** A client whose requests go to `answer`. */
  function client(requests: string[], schema = 'public'): SupabaseClientLike {
    const fetch = (input: unknown, init?: RequestInit): Promise<Response> => {
      const profile = new Headers(init?.headers).get('content-profile') ?? 'public';
      requests.push(`${profile} ${String(input)} ${init?.body as string}`);
      return Promise.resolve(Response.json({ v: 1, state: 'ok' }));
    };
    const options = {
      global: { fetch },
      auth: { persistSession: false },
      db: { schema },
      realtime: { transport: WebSocket },
    };
    return createClient('https://ref.supabase.co', 'anon-key-of-test', options as never) as SupabaseClientLike;
  }

  it.each(['public', 'api'])('of the schema %s the function of the schema public is called', async (schema) => {
    const requests: string[] = [];
    const endpoint = { supabase: client(requests, schema), url: undefined, apikey: undefined };
    const bench = new Bench({ ...endpoint, tables });
    bench.manager.subscribe({ table: 'bookings' }, nothing);
    const engine = await bench.open();
    expect(engine.options).not.toHaveProperty('rpc');
    const answered = new Promise<void>((resolve) => engine.onCommand.set('rpcAnswer', resolve));
    engine.control({ rpcWanted: [{ request: 3, topic: 'switchboard:bookings:7', after: 41, atMost: 100 }] });
    await answered;
    expect(engine.commands.at(-1)).toBe('rpcAnswer 3 {"v":1,"state":"ok"}');
    expect(requests).toEqual([
      'public https://ref.supabase.co/rest/v1/rpc/switchboard_changes {"topic":"switchboard:bookings:7","after":41,"at_most":100}',
    ]);
    await bench.manager.dispose();
  });

  it('the option rpc takes the place of its own', async () => {
    const requests: string[] = [];
    const own = { supabase: client(requests), url: undefined, apikey: undefined, tables };
    const bench = new Bench({ ...own, rpc: () => Promise.resolve('{}') });
    bench.manager.subscribe({ table: 'bookings' }, nothing);
    const engine = await bench.open();
    const answered = new Promise<void>((resolve) => engine.onCommand.set('rpcAnswer', resolve));
    engine.control({ rpcWanted: [{ request: 1, topic: 't', after: null, atMost: 1 }] });
    await answered;
    expect(requests).toEqual([]);
    await bench.manager.dispose();
  });
});
