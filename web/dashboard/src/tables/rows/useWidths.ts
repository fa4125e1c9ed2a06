import { useMemo } from 'react';
import { useToday } from '../../data/today.js';
import { instantOf } from '../../data/zone.js';
import { formatClock, formatDay, formatMoney } from '../../format.js';
import { useMeasuredFonts, widthOf } from './columnWidth.js';

const DAY_MS = 86_400_000;
// Wide enough for most rows, so that a new one seldom moves the columns.
const USUAL_AMOUNT = -8_888.88;

/** Each weekday in each month, as they are written here. */
const days = daysSeenIn(2028);
/** As they are written in another year. */
const daysInYear = daysSeenIn(2020);
/** Each hour, as it is written here. */
const clocks = Array.from({ length: 24 }, (_, hour) => formatClock(Date.UTC(2028, 0, 1, hour, 58), 'UTC'));

function daysSeenIn(year: number): string[] {
  const now = Date.UTC(year, 6);
  return Array.from({ length: 365 }, (_, day) => formatDay(Date.UTC(2028, 0, 1) + day * DAY_MS, 'UTC', now));
}

/** The width of a column of times, with or without days. */
export function useTimeWidth<Row>(hasDay: boolean, rows: readonly Row[], timeOf: (row: Row) => string): string {
  useMeasuredFonts();
  const { date, zone } = useToday();
  const hasYear = useMemo(() => {
    const year = Number(date.slice(0, 4));
    const [from, to] = [year, year + 1].map((first) => instantOf(`${first}-01-01T00:00`, zone));
    return rows.some((row) => !isBetween(Date.parse(timeOf(row)), from, to));
  }, [rows, timeOf, date, zone]);
  if (!hasDay) return widthOf(clocks, 'when');
  return widthOf([...clocks, ...(hasYear ? daysInYear : days)], 'when');
}

function isBetween(moment: number, from = -Infinity, to = Infinity): boolean {
  return moment >= from && moment < to;
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
