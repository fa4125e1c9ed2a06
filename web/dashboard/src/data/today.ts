import { useSyncExternalStore } from 'react';
import { useBusinessData } from './businessData.js';
import { dateOf, instantOf } from './zone.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** A calendar day where the business is. */
export type Day = {
  /** As the database writes dates: `2026-03-31`. */
  readonly date: string;
  /** Unix ms of its first moment. */
  readonly from: number;
  /** Unix ms of the next day's. */
  readonly to: number;
  /** Whose clocks these are. */
  readonly zone: string;
};

export function dayOf(date: string, zone: string): Day {
  const midnight = (day: string): number => instantOf(`${day}T00:00`, zone);
  return { date, from: midnight(date), to: midnight(shiftDate(date, 1)), zone };
}

/** The date so many days later. */
export function shiftDate(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Whether it is a date, as the database writes them, that has a next day. */
export function isDate(text: string): boolean {
  // The last day of all has no next one that can be written so.
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text >= '9999-12-31') return false;
  // Engines take 31 February for 3 March.
  return !Number.isNaN(Date.parse(text)) && shiftDate(text, 0) === text;
}

export function isOn({ from, to }: Day, iso: string | null): boolean {
  if (iso === null) return false;
  const time = Date.parse(iso);
  return time >= from && time < to;
}

const todays = new Map<string, Day>();

/** Today where the clocks are those of the zone. */
export function todayIn(zone: string): Day {
  const now = Date.now();
  const known = todays.get(zone);
  if (known !== undefined && now >= known.from && now < known.to) return known;
  const today = dayOf(dateOf(now, zone), zone);
  todays.set(zone, today);
  return today;
}

/** Calls at each full minute. */
function everyMinute(changed: () => void): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const wait = (): void => {
    timer = setTimeout(
      () => {
        changed();
        wait();
      },
      MINUTE_MS - (Date.now() % MINUTE_MS) + 1,
    );
  };
  wait();
  return () => {
    clearTimeout(timer);
  };
}

/** Today, also after midnight on a page that stays open. */
export function useToday(): Day {
  const zone = useZone();
  return useSyncExternalStore(everyMinute, () => todayIn(zone));
}

/** The current minute in Unix ms. */
export function useMinute(): number {
  return useSyncExternalStore(everyMinute, () => Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS);
}

/** The time zone of the business on display. */
export function useZone(): string {
  return useBusinessData().business.time_zone;
}
