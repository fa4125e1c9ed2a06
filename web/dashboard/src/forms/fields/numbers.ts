// Numbers that people type. A text, not `<input type="number">`: the wheel of the mouse changes that, and it takes no decimals of other languages.

/** How a number may look. */
export type NumberRule = { readonly min: number; readonly max: number; readonly decimals: number };

const LARGE = 1_234_567;
/** Of the columns for amounts. */
const STORED_DECIMALS = 2;

/** What stands between thousands in a language; empty: nothing. Default: the browser's. */
export function groupMark(locale?: string): string {
  const parts = new Intl.NumberFormat(locale, { numberingSystem: 'latn' }).formatToParts(LARGE);
  return parts.find(({ type }) => type === 'group')?.value ?? '';
}

const ownGroupMark = groupMark();

type Parsed = { readonly value: number; readonly decimals: number };

/**
 * Reads `1200.5`, `1200,50`, `1,200.50`, `1.200,50` and `1 200,50`. The last point or comma is the decimal one, except where there are several, or
 * where it is a group's in the browser's language: `1,200` in English. Null: it is no number.
 */
function parse(text: string, group: string): Parsed | null {
  const plain = text
    .normalize('NFKC')
    .replace(/[٠-٩۰-۹]/g, (digit) => String(digit.charCodeAt(0) & 0xf))
    .replaceAll('٫', '.')
    .trim()
    .replace(/[\s'’٬]/g, '_');
  const [, sign = '', digits = ''] = /^([-−]?)(.*)$/.exec(plain) ?? [];
  const marks = digits.match(/[.,]/g) ?? [];
  const isWhole = marks.length === 0 || (marks.length === 1 ? isGrouped(digits, group) : new Set(marks).size === 1);
  const at = isWhole ? digits.length : Math.max(digits.lastIndexOf('.'), digits.lastIndexOf(','));
  const whole = ungrouped(digits.slice(0, at), digits[at]);
  const fraction = digits.slice(at + 1);
  if (whole === null || !/^\d*$/.test(fraction) || whole + fraction === '') return null;
  return { value: Number(`${sign === '' ? '' : '-'}${whole}.${fraction}0`), decimals: fraction.length };
}

/** Whether the only mark of a number stands between thousands. */
function isGrouped(digits: string, group: string): boolean {
  return /^[1-9]\d{0,2}[.,]\d{3}$/.test(digits) && group !== '' && digits.includes(group);
}

/** Without the marks between groups, which are all the same, and not the decimal one. Null: there are others. */
function ungrouped(digits: string, decimal: string | undefined): string | null {
  if (/^\d*$/.test(digits)) return digits;
  const [mark] = /\D/.exec(digits) ?? [];
  if (mark === undefined || mark === decimal || !'.,_'.includes(mark)) return null;
  const groups = digits.split(mark);
  const isRight = groups.every((part, index) =>
    (index === 0 ? /^\d{1,3}$/ : index === groups.length - 1 ? /^\d{3}$/ : /^\d{2,3}$/).test(part),
  );
  return isRight ? groups.join('') : null;
}

/** NaN: it is no number. */
export function numberIn(text: string, group = ownGroupMark): number {
  return parse(text, group)?.value ?? NaN;
}

/** Why a text is no number of this kind, in a sentence; undefined when it is one, or empty. */
export function numberProblem(
  text: string,
  { min, max, decimals }: NumberRule,
  group = ownGroupMark,
): string | undefined {
  if (text.trim() === '') return undefined;
  const parsed = parse(text, group);
  if (parsed === null) return `This is no number. Write it like ${numberText(12, decimals)}.`;
  if (parsed.value < min) return `At least ${format(min)}.`;
  if (parsed.value > max) return `At most ${format(max)}.`;
  if (parsed.decimals <= decimals) return undefined;
  return decimals === 0 ? 'Without decimals.' : `At most ${decimals} decimals.`;
}

/** A number as it is in an input, with so many decimals, or more where it has more. */
export function numberText(value: number, decimals: number): string {
  const most = Math.max(decimals, STORED_DECIMALS);
  return new Intl.NumberFormat(undefined, {
    numberingSystem: 'latn',
    useGrouping: false,
    minimumFractionDigits: decimals,
    maximumFractionDigits: most,
  }).format(value);
}

function format(value: number): string {
  return new Intl.NumberFormat(undefined, { maximumFractionDigits: STORED_DECIMALS }).format(value);
}

/** How many decimals an amount of this currency has: none of yen. */
export function decimalsOf(currency: string): number {
  const { maximumFractionDigits } = new Intl.NumberFormat(undefined, { style: 'currency', currency }).resolvedOptions();
  return Math.min(maximumFractionDigits ?? STORED_DECIMALS, STORED_DECIMALS);
}
