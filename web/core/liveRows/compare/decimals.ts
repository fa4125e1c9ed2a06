/** `units` × 10^`exponent`. */
interface Decimal {
  readonly units: bigint;
  readonly exponent: number;
}

const DECIMAL = /^\s*([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,3}))?\s*$/iu;

/** Null for what is no decimal number in full: `NaN`, `Infinity`, hexadecimal digits. */
function readDecimal(text: string): Decimal | null {
  const match = DECIMAL.exec(text);
  if (match === null) return null;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  if (whole === '' && fraction === '') return null;
  const units = BigInt(whole + fraction);
  return { units: sign === '-' ? -units : units, exponent: Number(exponent) - fraction.length };
}

export function isDecimal(text: string): boolean {
  return readDecimal(text) !== null;
}

/** By value, to the last digit: negative, zero or positive. Null when one is no decimal number. */
export function compareDecimals(a: string, b: string): number | null {
  const [left, right] = [readDecimal(a), readDecimal(b)];
  if (left === null || right === null) return null;
  const exponent = Math.min(left.exponent, right.exponent);
  const [x, y] = [scaled(left, exponent), scaled(right, exponent)];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** The same text for equal numbers; other text stays as it is. */
export function canonicalDecimal(text: string): string {
  const decimal = readDecimal(text);
  if (decimal === null) return text;
  const { units, exponent } = decimal;
  if (units === 0n) return '0';
  const digits = `${units < 0n ? -units : units}${'0'.repeat(Math.max(0, exponent))}`;
  const places = Math.max(0, -exponent);
  const padded = digits.padStart(places + 1, '0');
  const fraction = padded.slice(padded.length - places).replace(/0+$/u, '');
  const whole = padded.slice(0, padded.length - places);
  return `${units < 0n ? '-' : ''}${whole}${places === 0 || fraction === '' ? '' : `.${fraction}`}`;
}

function scaled({ units, exponent }: Decimal, to: number): bigint {
  return units * 10n ** BigInt(exponent - to);
}
