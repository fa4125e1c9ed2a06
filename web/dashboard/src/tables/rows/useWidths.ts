import { useMemo } from 'react';
import { formatClock, formatDay, formatMoney } from '../../format.js';
import { useMeasuredFonts, widthOf } from './columnWidth.js';

const DAY_MS = 86_400_000;
// Wide enough for most rows, so that a new one seldom moves the columns.
const USUAL_AMOUNT = -8_888.88;

/** Each weekday in each month, as they are written here. */
const days = Array.from({ length: 365 }, (_, day) => formatDay(Date.UTC(2028, 0, 1) + day * DAY_MS, 'UTC'));
/** Each hour, as it is written here. */
const clocks = Array.from({ length: 24 }, (_, hour) => formatClock(Date.UTC(2028, 0, 1, hour, 58), 'UTC'));

/** The width of a column of times, with or without days. */
export function useTimeWidth(hasDay: boolean): string {
  useMeasuredFonts();
  return widthOf(hasDay ? [...clocks, ...days] : clocks, 'when');
}

/** The width of a column of amounts. */
export function useMoneyWidth(rows: readonly { amount: number | null }[], currency: string): string {
  useMeasuredFonts();
  const widest = useMemo(() => widestAmount(rows), [rows]);
  return widthOf([formatMoney(USUAL_AMOUNT, currency), formatMoney(widest, currency)], 'money');
}

function widestAmount(rows: readonly { amount: number | null }[]): number {
  return rows.reduce((widest, { amount }) => (Math.abs(amount ?? 0) > Math.abs(widest) ? (amount ?? 0) : widest), 0);
}
