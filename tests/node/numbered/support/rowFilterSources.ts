/** A type, and what is compared of it. */
export interface TypeSource {
  type: string;
  sql?: string;
  base?: string;
  values: string[];
  literals: string[];
  patterns?: string[];
  isNumber?: boolean;
}

/** The same numbers in each run. */
export function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function decimals(random: (below: number) => number, count: number, digits: number): string[] {
  return Array.from({ length: count }, () => {
    const text = Array.from({ length: 1 + random(digits) }, () => String(random(10))).join('');
    const at = random(text.length + 1);
    const sign = ['', '', '-', '+'][random(4)] ?? '';
    const exponent = random(3) === 0 ? `e${random(41) - 20}` : '';
    const point = random(3) === 0 ? '' : '.';
    return sign + text.slice(0, at) + point + text.slice(at) + exponent;
  });
}

function integers(random: (below: number) => number, limit: bigint): string[] {
  const edges = [limit - 1n, -limit, limit - 2n, -limit + 1n, 0n, 1n, -1n, 9n, 10n, 100n].map(String);
  const drawn = Array.from({ length: 10 }, () =>
    String((BigInt(random(2 ** 31)) * BigInt(random(2 ** 31)) * 4n) % limit),
  );
  return [...edges, ...drawn, ...drawn.map((text) => String(-BigInt(text)))];
}

function instants(random: (below: number) => number, count: number): string[] {
  const two = (below: number, from = 0): string => String(from + random(below)).padStart(2, '0');
  return Array.from({ length: count }, () => {
    const fraction = random(2) === 0 ? '' : `.${String(random(1_000_000)).slice(0, 1 + random(6))}`;
    return `${String(1 + random(3_000)).padStart(4, '0')}-${two(12, 1)}-${two(28, 1)} ${two(24)}:${two(60)}:${two(60)}${fraction}`;
  });
}

/** The numbers, and those next to each in binary form. */
function withNeighbours(numbers: readonly string[], isDouble: boolean): string[] {
  const value = isDouble ? new Float64Array(1) : new Float32Array(1);
  const bits = isDouble ? new BigInt64Array(value.buffer) : new Int32Array(value.buffer);
  return numbers
    .flatMap((text) =>
      [-1, 0, 1].map((step) => {
        value[0] = Number(text);
        if (bits instanceof BigInt64Array) bits[0] = (bits[0] ?? 0n) + BigInt(step);
        else bits[0] = (bits[0] ?? 0) + step;
        return String(value[0]);
      }),
    )
    .filter((text) => Number.isFinite(Number(text)));
}

const NUMBERS = ['0', '-0', '1', '1.0', '1.50', '-1', '150.00', '9007199254740993', '0.1', '1e5', '100000', '-2.5e-3'];
const NO_NUMBERS = ['', ' ', 'abc', '1,5', '1 2', '--1', '1e', '.', '1.2.3', '++1', 'infinit', 'null', '1e5x'];
const TEXTS = [
  '',
  ' ',
  'a',
  'A',
  'apple',
  'Apple pie',
  'b(a)r "q" \\',
  'ünï 😀',
  'null',
  '100%',
  'a_b',
  'a\\b',
  'é',
  'e\u0301',
];
const PATTERNS = [
  '',
  '%',
  '_',
  '__',
  'a%',
  '%a',
  '%pp%',
  'a_ple',
  '%\\%',
  'a\\_b',
  'a\\\\b',
  '%é',
  '_n_ _',
  '%%a%%',
  '\\a',
  '%p%p%e',
  'ünï _',
  'A%e',
];
const UUIDS = [
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
  'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12',
  '0aeebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
];
const DAYS = ['0001-01-01', '1969-12-31', '1970-01-01', '1999-12-31', '2000-02-29', '2026-11-27', '9999-12-31'];
const NO_DAYS = [
  '2026-02-29',
  '1900-02-29',
  '2026-13-01',
  '2026-00-10',
  '2026-01-00',
  '2026-04-31',
  'soon',
  '',
  '0000-01-01',
];
const TIMES = [
  '2026-11-27T18:00:00',
  '2026-11-27 18:00:00.5',
  '2026-11-27 18:00:00.500000',
  '2026-11-27T18:00:00.123456',
  '1969-12-31 23:59:59.999999',
  '1970-01-01T00:00:00',
];

export function rowFilterSources(): TypeSource[] {
  const random = generator(7);
  const some = decimals(random, 25, 20);
  const zones = ['Z', '+00', '+00:00', '+05:30', '-03:30', '+14:00', '-11', '+02:00'];
  const drawn = instants(random, 12);
  const zoned = [...TIMES, ...drawn].flatMap((time, i) => [time + (zones[i % zones.length] ?? ''), `${time}+01:00`]);
  const shortDoubles = decimals(random, 20, 15);
  const doubles = Array.from({ length: 12 }, () =>
    String((random(2 ** 31) / (1 + random(2 ** 31))) * 10 ** (random(21) - 10)),
  );
  const floats = [
    ...NUMBERS,
    ...shortDoubles,
    '1e300',
    '1.7976931348623157e308',
    '5e-324',
    '0.30000000000000004',
    '123456789012345',
    '1e22',
    '1e23',
  ];
  const singles = [...NUMBERS, ...decimals(random, 20, 6), '3.4028235e38', '1e-45', '16777217', '0.1', '0.10000001'];
  const special = ['NaN', 'Infinity', '-Infinity'];
  return [
    {
      type: 'int2',
      values: integers(random, 2n ** 15n),
      literals: [...integers(random, 2n ** 15n), '007', ' 5 ', '+3', '32768', '-32769', '1.0', '1e2', ...NO_NUMBERS],
    },
    {
      type: 'int4',
      values: integers(random, 2n ** 31n),
      literals: [...integers(random, 2n ** 31n), '0100', '\t5\n', '2147483648', ...NO_NUMBERS],
    },
    {
      type: 'int8',
      values: [...integers(random, 2n ** 63n), '9007199254740993', '9007199254740992'],
      literals: [...integers(random, 2n ** 63n), '9007199254740993', '9223372036854775808', ...NO_NUMBERS],
    },
    { type: 'filter_id', base: 'int4', values: ['1', '-5', '2147483647'], literals: ['1', '-5', '2147483648', 'x'] },
    {
      type: 'numeric',
      isNumber: true,
      values: [...NUMBERS, ...some, ...special],
      literals: [
        ...NUMBERS,
        ...some,
        ...decimals(random, 20, 25),
        ...special,
        ' 1.50 ',
        'inf',
        '-inf',
        '+infinity',
        'nAn',
        ...NO_NUMBERS,
      ],
    },
    {
      type: 'float8',
      isNumber: true,
      values: [...floats, ...doubles, ...withNeighbours([...NUMBERS, ...shortDoubles], true), ...special],
      literals: [
        ...floats,
        ...doubles,
        ...special,
        '1e400',
        '1e-400',
        '0.10000000000000001',
        '0.3000000000000000166',
        '9007199254740993',
        '99999999999999990',
        ...NO_NUMBERS,
      ],
    },
    {
      type: 'float4',
      isNumber: true,
      values: [...singles, ...withNeighbours(singles.slice(0, 24), false), ...special],
      literals: [
        ...singles,
        ...special,
        '1e39',
        '1e-50',
        '16777216',
        '0.100000001',
        '16777217',
        '123456789',
        ...NO_NUMBERS,
      ],
    },
    {
      type: 'bool',
      values: ['true', 'false'],
      literals: [
        'true',
        'false',
        't',
        'F',
        'tr',
        'yes',
        'n',
        'no',
        'on',
        'off',
        'of',
        'o',
        '1',
        '0',
        '2',
        ' true ',
        'TRUE',
        'truee',
        '',
        'unknown',
      ],
    },
    {
      type: 'uuid',
      values: UUIDS,
      literals: [
        ...UUIDS,
        ...UUIDS.map((uuid) => uuid.toUpperCase()),
        '{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}',
        'a0eebc999c0b4ef8bb6d6bb9bd380a11',
        'a0eebc99',
        '',
        'g0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
      ],
    },
    { type: 'text', values: TEXTS, literals: [...TEXTS, 'apple ', 'zebra', 'ÜNÏ 😀'], patterns: PATTERNS },
    { type: 'varchar', values: TEXTS, literals: [...TEXTS, 'apple ', 'zebra'] },
    { type: 'filter_name', base: 'text', values: ['a', 'b'], literals: ['a', 'b', 'c'] },
    { type: 'filter_mood', base: 'enum', values: ['two', 'one'], literals: ['one', 'two', 'ONE', ' one', ''] },
    {
      type: 'date',
      values: [...DAYS, '0044-03-15 BC', '0005-02-29 BC', '10000-01-01', 'infinity', '-infinity'],
      literals: [
        ...DAYS,
        ...NO_DAYS,
        'infinity',
        '-infinity',
        '2026-1-1',
        '20261127',
        '27.11.2026',
        '2026-11-27T00:00:00',
      ],
    },
    {
      type: 'timestamp',
      values: [...TIMES, ...drawn, '0044-03-15 10:00:00 BC', '12026-01-01 00:00:00', 'infinity', '-infinity'],
      literals: [
        ...TIMES,
        ...drawn,
        ...DAYS,
        ...NO_DAYS,
        'infinity',
        '-infinity',
        '2026-11-27T18:00:00Z',
        '2026-11-27T18:00:00+05:30',
        '2026-11-27 18:00',
        '2026-11-27 24:00:00',
        '2026-11-27 24:30:00',
        '2026-11-27 18:00:60',
        '2026-11-27T18:00:00.1234567',
        '2026-11-27 25:00:00',
      ],
    },
    {
      type: 'timestamptz',
      values: [
        ...zoned,
        '0044-03-15 10:00:00+00 BC',
        '12026-01-01 00:00:00+00',
        '1883-11-18 12:00:00+00',
        '2026-11-26 20:00:00+00',
        '2026-11-27 02:00:00+00',
        'infinity',
        '-infinity',
      ],
      literals: [
        ...zoned,
        ...NO_DAYS,
        'infinity',
        '-infinity',
        '2026-11-27',
        '2026-11-27T18:00:00',
        '2026-11-27T18:00:00+16:00',
        '2026-11-27 18:00:00+0530',
        '2026-11-27 18:00:00 UTC',
        '2026-11-27 18:00:00.1234567Z',
      ],
    },
    { type: 'bpchar', sql: 'char(5)', values: ['a', 'ab'], literals: ['a', 'ab'] },
    { type: 'bytea', values: ['\\x0102'], literals: ['\\x0102'] },
    { type: 'jsonb', values: ['null', '1'], literals: ['1'] },
    { type: '_int4', sql: 'int4[]', values: ['{1,2}'], literals: ['{1,2}'] },
    { type: 'interval', values: ['1 day'], literals: ['24:00:00'] },
  ];
}
