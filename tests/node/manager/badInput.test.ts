import { describe, expect, it } from 'vitest';
import {
  createRealtimeManager,
  equals,
  FilterSyntaxError,
  parseFilter,
  SwitchboardError,
  type ManagerOptions,
} from 'switchboard-realtime';

const good = { url: 'https://ref.supabase.co', apikey: 'anon' };
const nothing = (): void => undefined;

/** The error of a call that must throw. */
function errorOf(call: () => unknown): SwitchboardError {
  try {
    call();
  } catch (error) {
    if (error instanceof SwitchboardError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('options that can not work are refused at the call, by name and with the fix', () => {
  const cases: [string, unknown, string, string, RegExp][] = [
    ['no options', undefined, 'INVALID_OPTION', 'options', /must be an object/],
    [
      'an unknown option',
      { ...good, hartbeatIdleMs: 5 },
      'UNKNOWN_OPTION',
      'hartbeatIdleMs',
      /Did you mean `heartbeatIdleMs`/,
    ],
    ['an option unlike any other', { ...good, colour: 5 }, 'UNKNOWN_OPTION', 'colour', /It takes url, apikey/],
    ['a missing url', { apikey: 'k' }, 'MISSING_OPTION', 'url', /https:\/\/ref\.supabase\.co/],
    ['an empty url', { ...good, url: ' ' }, 'INVALID_OPTION', 'url', /must be text/],
    ['a missing key', { url: good.url }, 'MISSING_OPTION', 'apikey', /anon or publishable key/],
    ['an empty key', { ...good, apikey: '' }, 'INVALID_OPTION', 'apikey', /an empty string/],
    [
      'a url without a scheme',
      { ...good, url: 'ref.supabase.co' },
      'INVALID_OPTION',
      'url',
      /did you mean "https:\/\/ref\.supabase\.co"/,
    ],
    ['a url of another scheme', { ...good, url: 'postgres://x' }, 'INVALID_OPTION', 'url', /use https:\/\//],
    ['a url with a query', { ...good, url: 'wss://x/y?apikey=1' }, 'INVALID_OPTION', 'url', /`params`/],
    ['a url with a password', { ...good, url: 'wss://a:b@x/y' }, 'INVALID_OPTION', 'url', /password/],
    [
      'a time that is no number',
      { ...good, joinTimeoutMs: '5' },
      'INVALID_OPTION',
      'joinTimeoutMs',
      /whole number of milliseconds from 10 to 120000, not "5"/,
    ],
    ['a time that is NaN', { ...good, joinTimeoutMs: NaN }, 'INVALID_OPTION', 'joinTimeoutMs', /not NaN/],
    ['a time out of range', { ...good, heartbeatIdleMs: 60_000 }, 'INVALID_OPTION', 'heartbeatIdleMs', /to 55000/],
    ['a count below one', { ...good, maxSockets: 0 }, 'INVALID_OPTION', 'maxSockets', /from 1/],
    [
      'a cap below its base',
      { ...good, backoffBaseMs: 9, backoffCapMs: 8 },
      'INVALID_OPTION',
      'backoffCapMs',
      /raise it/,
    ],
    ['an unknown version', { ...good, vsn: '3.0.0' }, 'INVALID_OPTION', 'vsn', /'1\.0\.0', '2\.0\.0'/],
    ['an unknown log level', { ...good, logLevel: 'verbose' }, 'INVALID_OPTION', 'logLevel', /'debug'/],
    ['a pulse without a period', { ...good, pulse: {} }, 'MISSING_OPTION', 'periodMs', /milliseconds from 100/],
    ['a pulse that is no object', { ...good, pulse: 5_000 }, 'INVALID_OPTION', 'pulse', /must be an object/],
    [
      'a pulse too fast',
      { ...good, pulse: { periodMs: 10 } },
      'INVALID_OPTION',
      'periodMs',
      /from 100 to 3600000, not 10/,
    ],
    [
      'a pulse of all tables',
      { ...good, pulse: { periodMs: 5_000, table: '*' } },
      'INVALID_OPTION',
      'table',
      /name one table/,
    ],
    [
      'an unknown option of the pulse',
      { ...good, pulse: { period: 5 } },
      'UNKNOWN_OPTION',
      'period',
      /`pulse` has no option/,
    ],
    ['a logger that is no object', { ...good, logger: 'console' }, 'INVALID_OPTION', 'logger', /null for silence/],
    ['a token that is no callback', { ...good, accessToken: 'eyJ' }, 'INVALID_OPTION', 'accessToken', /setAuth/],
    ['a transport that is no class', { ...good, transport: {} }, 'INVALID_OPTION', 'transport', /WebSocket class/],
    ['wasm that is nothing of the kind', { ...good, wasm: 5 }, 'INVALID_OPTION', 'wasm', /WebAssembly\.Module/],
    ['params that are no text', { ...good, params: { a: 1 } }, 'INVALID_OPTION', 'params', /`params\.a` must be text/],
    [
      'params that have an option of their own',
      { ...good, params: { apikey: 'x' } },
      'INVALID_OPTION',
      'params',
      /option `apikey`/,
    ],
    ['a supabase option that is no client', { supabase: {} }, 'INVALID_OPTION', 'supabase', /createClient/],
    ['a client and a url', { supabase: {}, url: good.url }, 'INVALID_OPTION', 'url', /comes from `supabase`/],
  ];

  it.each(cases)('%s', (_, options, code, option, message) => {
    const error = errorOf(() => createRealtimeManager(options as ManagerOptions));
    expect(error).toMatchObject({ name: 'SwitchboardError', code, option });
    expect(error.message).toMatch(message);
  });

  const secrets = [
    'eyJhbGciOi.eyJyb2xlIjoi.c2ln',
    'sb_publishable_x.y',
    'sb_secret_0123456789',
    'sbp_0123456789abcdef0123456789abcdef01234567',
    'Bearer abc',
    '0123456789abcdef0123456789abcdef',
  ];
  const places: [string, (secret: string) => unknown][] = [
    ['the options', (secret) => secret],
    ['url', (secret) => ({ ...good, url: secret })],
    ['a url with a query', (secret) => ({ ...good, url: `ref.supabase.co/realtime/v1?apikey=${secret}` })],
    ['a url with a password', (secret) => ({ ...good, url: `https://user:${secret}@ref.supabase.co` })],
    ['supabase', (secret) => ({ supabase: secret })],
    ...['accessToken', 'params', 'transport', 'logger', 'pulse', 'logLevel', 'vsn', 'numbers', 'joinTimeoutMs'].map(
      (option): [string, (secret: string) => unknown] => [option, (secret) => ({ ...good, [option]: secret })],
    ),
  ];

  it.each(places)('a secret in a place where it should not be is not repeated: %s', (_, optionsWith) => {
    for (const secret of secrets) {
      const error = errorOf(() => createRealtimeManager(optionsWith(secret) as ManagerOptions));
      for (const part of [secret, secret.slice(0, 20)]) expect(error.message).not.toContain(part);
    }
  });

  it('a text of any kind where a token callback should be is not repeated', () => {
    const error = errorOf(() =>
      createRealtimeManager({ ...good, accessToken: 'opaque-7' } as unknown as ManagerOptions),
    );
    expect(error.message).toBe(
      '`accessToken` must be a function, not a string: pass async () => token, or call setAuth(token).',
    );
  });
});

describe('subscriptions that can not work are refused at the call', () => {
  const cases: [string, unknown, string, string, RegExp][] = [
    ['no options', null, 'INVALID_OPTION', 'options', /must be an object/],
    ['a missing table', {}, 'MISSING_OPTION', 'table', /table: 'bookings'/],
    ['an empty table', { table: '' }, 'INVALID_OPTION', 'table', /an empty string/],
    ['a table that is no text', { table: 5 }, 'INVALID_OPTION', 'table', /not 5/],
    ['an unknown option', { table: 't', fliter: 'id=eq.1' }, 'UNKNOWN_OPTION', 'fliter', /`filter`/],
    ['an empty schema', { table: 't', schema: '' }, 'INVALID_OPTION', 'schema', /default/],
    ['an unknown event', { table: 't', event: 'insert' }, 'INVALID_OPTION', 'event', /'INSERT'/],
    ['a filter that is no text', { table: 't', filter: null }, 'INVALID_OPTION', 'filter', /leave it out/],
    ['a filter that breaks the grammar', { table: 't', filter: 'id=5' }, 'INVALID_FILTER', 'filter', /write id=eq\.5/],
    ['a select that is text', { table: 't', select: 'id' }, 'INVALID_OPTION', 'select', /array of column names/],
    [
      'a select with an empty name',
      { table: 't', select: [''] },
      'INVALID_OPTION',
      'select',
      /place 1 .* empty string/,
    ],
    ['a select with no name', { table: 't', select: ['a', 5] }, 'INVALID_OPTION', 'select', /place 2 it has 5/],
    ['a filter on all tables', { table: '*', filter: 'a=eq.1' }, 'INVALID_OPTION', 'filter', /named table/],
    [
      'a filter on all schemas',
      { table: 't', schema: '*', filter: 'a=eq.1' },
      'INVALID_OPTION',
      'filter',
      /name the schema/,
    ],
    [
      'a pattern with a bare backslash',
      { table: 't', filter: 'a=like.x\\' },
      'INVALID_FILTER',
      'filter',
      /write it twice/,
    ],
    [
      'a key with an empty name',
      { table: 't', delivery: { mode: 'latest', everyMs: 9, key: ['a', ''] } },
      'INVALID_OPTION',
      'key',
      /place 2/,
    ],
    [
      'a key without names',
      { table: 't', delivery: { mode: 'latest', everyMs: 9, key: [] } },
      'INVALID_OPTION',
      'key',
      /empty array/,
    ],
    ['a select on a wildcard', { table: '*', select: ['id'] }, 'INVALID_OPTION', 'select', /named table/],
    ['a signal that is none', { table: 't', signal: {} }, 'INVALID_OPTION', 'signal', /AbortSignal/],
  ];

  it.each(cases)('%s', (_, options, code, option, message) => {
    const manager = createRealtimeManager(good);
    const error = errorOf(() => manager.subscribe(options as { table: string }, nothing));
    expect(error).toMatchObject({ code, option });
    expect(error.message).toMatch(message);
    expect(manager.stats().subscriptions).toBe(0);
    expect(manager.status()).toMatchObject({ overall: 'idle', subscriptions: [] });
  });

  it('callbacks that are no functions', () => {
    const manager = createRealtimeManager(good);
    const wrong = 'x' as unknown as () => void;
    expect(errorOf(() => manager.subscribe({ table: 't' }, wrong))).toMatchObject({ option: 'onEvent' });
    expect(errorOf(() => manager.subscribe({ table: 't' }, nothing, wrong))).toMatchObject({ option: 'onStatus' });
    expect(errorOf(() => manager.onStatusChange(wrong))).toMatchObject({ option: 'listener' });
  });

  it('ids that are none, and ids that this manager never gave out', () => {
    const manager = createRealtimeManager(good);
    for (const id of ['1', 0, -1, 1.5, NaN, null, undefined]) {
      const error = errorOf(() => {
        manager.unsubscribe(id as number);
      });
      expect(error).toMatchObject({ code: 'INVALID_OPTION', option: 'id' });
    }
    const error = errorOf(() => {
      manager.unsubscribe(7);
    });
    expect(error).toMatchObject({ code: 'UNKNOWN_SUBSCRIPTION', option: 'id' });
  });

  it('tokens that are none', () => {
    const manager = createRealtimeManager(good);
    for (const token of ['', 5, undefined, {}]) {
      const error = errorOf(() => {
        manager.setAuth(token as string);
      });
      expect(error).toMatchObject({ code: 'INVALID_OPTION', option: 'token' });
    }
  });
});

describe('equals', () => {
  it.each([undefined, null, {}, [1], () => 1, NaN, Infinity, Symbol('x')])('refuses the value %s', (value) => {
    const error = errorOf(() => equals('business_id', value as string));
    expect(error).toMatchObject({ code: 'INVALID_OPTION', option: 'value' });
    expect(error.message).toMatch(
      /^equals: the value for business_id must be text or a number, not .* business_id=is\.null/,
    );
  });

  it.each([undefined, '', ' id', 'id=eq.5,name', 'a,b', 5])('refuses the column %s', (column) => {
    const error = errorOf(() => equals(column as string, 1));
    expect(error).toMatchObject({ code: 'INVALID_OPTION', option: 'column' });
  });

  it.each<[unknown, string]>([
    [5, '5'],
    [-0.5, '-0.5'],
    [9_007_199_254_740_993n, '9007199254740993'],
    [true, 'true'],
    ['', ''],
    ['a,b(c)"\\', 'a,b(c)"\\'],
  ])('of %s is read as that', (value, text) => {
    const conditions = parseFilter(equals('a column', value as string));
    expect(conditions).toEqual([{ column: 'a column', negated: false, operator: 'eq', values: [text] }]);
  });
});

it.each([undefined, null, 5, {}])('parseFilter refuses %s', (text) => {
  expect(() => parseFilter(text as string)).toThrow(FilterSyntaxError);
  expect(() => parseFilter(text as string)).toThrow('a filter is text, such as id=eq.5');
});
