// @ts-check
// The rows of the scenarios: what the frame of a change says of them, and what a client has to make of it.

/** @typedef {{ name: string, type: string }} Column */
/**
 * @typedef {object} Row one kind of row
 * @property {string} table
 * @property {readonly Column[]} columns in the table's order
 * @property {(revision: number, key: number) => Record<string, unknown>} image the values of the row `key` after so many changes
 */

const BOOKING = /** @type {const} */ ([
  ['id', 'int8'],
  ['business_id', 'uuid'],
  ['client_name', 'text'],
  ['service', 'text'],
  ['staff', 'text'],
  ['starts_at', 'timestamptz'],
  ['ends_at', 'timestamptz'],
  ['status', 'text'],
  ['amount', 'numeric'],
  ['currency', 'text'],
  ['paid', 'bool'],
  ['revision', 'int4'],
  ['updated_at', 'timestamptz'],
]);

const STATUSES = ['requested', 'confirmed', 'arrived', 'completed', 'cancelled'];
const NAMES = ['Amara Lindqvist', 'Joseph Oyelaran', 'Marta Wiśniewska', 'Chen Li', 'Beatriz Almeida Santos'];

/** @param {number} n */
const digits = (n) => String(n % 60).padStart(2, '0');

/** @param {number} revision @param {number} key */
function booking(revision, key) {
  return {
    id: 40_000 + key,
    business_id: '11111111-1111-4111-8111-111111111111',
    client_name: NAMES[key % 2],
    service: 'Cut, colour and finish',
    staff: 'Ingrid B.',
    starts_at: `2026-11-${String((key % 28) + 1).padStart(2, '0')}T09:${digits(key)}:00+00:00`,
    ends_at: `2026-11-${String((key % 28) + 1).padStart(2, '0')}T10:${digits(key)}:00+00:00`,
    status: STATUSES[revision % STATUSES.length],
    amount: (revision % 9_000) / 100 + 20,
    currency: 'EUR',
    paid: revision % 2 === 0,
    revision,
    updated_at: `2026-11-22T10:${digits(revision >> 6)}:${digits(revision)}.123456+00:00`,
  };
}

/** @param {readonly (readonly [string, string])[]} columns @returns {Column[]} */
const named = (columns) => columns.map(([name, type]) => ({ name, type }));

/** A booking: its UPDATE with both images is a frame of about 1.7 kB. @type {Row} */
export const bookingRow = { table: 'bookings', columns: named(BOOKING), image: booking };

/** The same with letters beyond ASCII in it. @type {Row} */
export const accentedRow = {
  ...bookingRow,
  image: (revision, key) => ({ ...booking(revision, key), client_name: NAMES[2], service: 'Thé & soin — 30 €' }),
};

/** A frame of about half a kB. @type {Row} */
export const smallRow = {
  table: 'visits',
  columns: named([
    ['id', 'int8'],
    ['amount', 'numeric'],
    ['client_name', 'text'],
    ['revision', 'int4'],
  ]),
  image: (revision, key) => {
    const { id, amount, client_name } = booking(revision, key);
    return { id, amount, client_name, revision };
  },
};

const WIDE = 60;

/** 60 columns. @type {Row} */
export const wideRow = {
  table: 'ledgers',
  columns: [
    ...bookingRow.columns,
    ...Array.from({ length: WIDE - bookingRow.columns.length }, (_, n) => ({
      name: `field_${n}`,
      type: n % 3 === 0 ? 'numeric' : 'text',
    })),
  ],
  image: (revision, key) => {
    /** @type {Record<string, unknown>} */
    const row = booking(revision, key);
    for (let n = 0; n < WIDE - bookingRow.columns.length; n += 1) {
      row[`field_${n}`] = n % 3 === 0 ? revision + n / 2 : `value ${n} of ${key}`;
    }
    return row;
  },
};

const LARGE_BYTES = 100_000;
const paragraph = 'The client asked for a quiet seat; \\"no music\\", twice.\\n'
  .replaceAll('\\"', '"')
  .replaceAll('\\n', '\n');

/** One text of 100 kB. @type {Row} */
export const largeRow = {
  table: 'notes',
  columns: [...smallRow.columns, { name: 'body', type: 'text' }],
  image: (revision, key) => ({
    ...smallRow.image(revision, key),
    body: paragraph.repeat(Math.ceil(LARGE_BYTES / paragraph.length)),
  }),
};
