/**
 * Turns a value's PostgreSQL text into the text of its JSON form, digit for digit as to_jsonb gives it. Where the real
 * server differs from to_jsonb at the top level (NaN and infinities, bytea), `top` is as the server does it.
 */
export interface Conversion {
  /** For a column's own value. */
  top: (text: string) => string;
  /** For an element of an array. */
  element: (text: string) => string;
}

const BOOL = 16;
const BYTEA = 17;
const INT8 = 20;
const INT2 = 21;
const INT4 = 23;
const FLOAT4 = 700;
const FLOAT8 = 701;
const DATE = 1082;
const TIMESTAMP = 1114;
const TIMESTAMPTZ = 1184;
const NUMERIC = 1700;
const JSONB = 3802;

const same = (convert: (text: string) => string): Conversion => ({ top: convert, element: convert });

/** The conversion for any type that to_jsonb writes as the string of its text. */
export const asString: Conversion = same((text) => JSON.stringify(text));

const asNumber: Conversion = {
  top: (text) => (isFinite_(text) ? numberText(text) : 'null'),
  element: (text) => (isFinite_(text) ? numberText(text) : JSON.stringify(text)),
};

const conversions = new Map<number, Conversion>([
  [BOOL, same((text) => (text === 't' ? 'true' : 'false'))],
  [BYTEA, { top: (text) => JSON.stringify(text.replace(/^\\x/, '')), element: (text) => JSON.stringify(text) }],
  [INT8, same((text) => text)],
  [INT2, same((text) => text)],
  [INT4, same((text) => text)],
  [FLOAT4, asNumber],
  [FLOAT8, asNumber],
  [NUMERIC, asNumber],
  [DATE, asString],
  [TIMESTAMP, same((text) => JSON.stringify(text.replace(' ', 'T')))],
  [TIMESTAMPTZ, same((text) => JSON.stringify(isoWithZone(text)))],
  [JSONB, same((text) => text)],
]);

/** Undefined for types without a rule of their own. */
export function scalarConversion(typeOid: number): Conversion | undefined {
  return conversions.get(typeOid);
}

function isFinite_(text: string): boolean {
  return !/[NI]/.test(text);
}

/** jsonb keeps numbers as numeric, so exponents are written out: 1e+20 becomes 100000000000000000000. */
export function numberText(text: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?e([+-]?\d+)$/.exec(text);
  if (match === null) return text === '-0' ? '0' : text;
  const [, sign = '', whole = '', fraction = '', power = '0'] = match;
  const digits = whole + fraction;
  const point = whole.length + Number(power);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return sign + digits + '0'.repeat(point - digits.length);
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** `2026-01-02 03:04:05.6+00` to `2026-01-02T03:04:05.6+00:00`; `infinity` stays. */
function isoWithZone(text: string): string {
  return text.replace(' ', 'T').replace(/([+-]\d\d)(?=$| BC$)/, '$1:00');
}
