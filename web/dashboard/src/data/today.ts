import { useSyncExternalStore } from 'react';

const MINUTE_MS = 60_000;

/** A calendar day where the browser is. */
export type Day = {
  /** As the database writes dates: `2026-03-31`. */
  readonly date: string;
  /** Unix ms of its first moment. */
  readonly from: number;
  /** Unix ms of the next day's. */
  readonly to: number;
};

export function dayOf(now: Date): Day {
  const from = new Date(now.getFullYear(), now.getMonth(), now.getDate());
  const to = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1);
  const pad = (value: number): string => String(value).padStart(2, '0');
  return {
    date: `${now.getFullYear()}-${pad(now.getMonth() + 1)}-${pad(now.getDate())}`,
    from: from.getTime(),
    to: to.getTime(),
  };
}

export function isOn({ from, to }: Day, iso: string | null): boolean {
  if (iso === null) return false;
  const time = Date.parse(iso);
  return time >= from && time < to;
}

let current = dayOf(new Date());

function look(): Day {
  const now = Date.now();
  if (now < current.from || now >= current.to) current = dayOf(new Date(now));
  return current;
}

function everyMinute(changed: () => void): () => void {
  const timer = setInterval(changed, MINUTE_MS);
  return () => {
    clearInterval(timer);
  };
}

/** Today, also after midnight on a page that stays open. */
export function useToday(): Day {
  return useSyncExternalStore(everyMinute, look);
}
