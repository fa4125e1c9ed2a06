import type { Alert } from '../data/database.js';

const severities = ['critical', 'warning', 'info'];

/** The most severe first, and of those the newest. */
export function byUrgency(alerts: readonly Alert[]): Alert[] {
  const rank = ({ severity }: Alert): number => {
    const place = severities.indexOf(severity);
    return place === -1 ? severities.length : place;
  };
  return [...alerts].sort(
    (one, other) => rank(one) - rank(other) || Date.parse(other.created_at) - Date.parse(one.created_at),
  );
}

/** The rows that an alert is about, by the view that shows them. Null when it names none. */
export function rowsOf({ context }: Alert): { view: 'bookings' | 'payments'; ids: string[] } | null {
  if (typeof context !== 'object' || context === null || Array.isArray(context)) return null;
  const bookings = idsIn(context['booking_ids']);
  if (bookings.length > 0) return { view: 'bookings', ids: bookings };
  const payments = idsIn(context['payment_ids']);
  return payments.length > 0 ? { view: 'payments', ids: payments } : null;
}

function idsIn(value: Alert['context'] | undefined): string[] {
  if (!Array.isArray(value)) return [];
  return value.filter((id) => typeof id === 'string' || typeof id === 'number').map(String);
}
