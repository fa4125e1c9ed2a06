import type { ChangePayload } from 'switchboard-realtime';
import type { Booking } from '../data/database.js';

export type BookingChange = ChangePayload<Booking>;

/** The rows after a change, in the order of the list: latest start first. A change that is already in them makes no difference. */
export function applyChange(rows: readonly Booking[], change: BookingChange): readonly Booking[] {
  const id = changedId(change);
  const others = rows.filter((row) => row.id !== id);
  if (change.eventType === 'DELETE') return others;
  return [...others, change.new].sort(byStart);
}

export function changedId(change: BookingChange): number | undefined {
  return change.eventType === 'DELETE' ? change.old.id : change.new.id;
}

function byStart(a: Booking, b: Booking): number {
  return Date.parse(b.starts_at) - Date.parse(a.starts_at) || b.id - a.id;
}

/**
 * The changes that arrive while rows are being fetched. The answer may be older than they are, so they are applied to it; those it
 * already holds do no harm, since the newest change of a row comes last.
 */
export class ChangeLog {
  readonly #open = new Set<BookingChange[]>();

  add(change: BookingChange): void {
    for (const changes of this.#open) changes.push(change);
  }

  /** Fetches and brings the answer up to date. */
  async during(fetch: () => Promise<readonly Booking[]>): Promise<readonly Booking[]> {
    const changes: BookingChange[] = [];
    this.#open.add(changes);
    try {
      return changes.reduce(applyChange, await fetch());
    } finally {
      this.#open.delete(changes);
    }
  }
}
