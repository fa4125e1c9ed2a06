import { setSearch } from '../../app/useSearchParameter.js';
import type { Booking } from '../../data/database.js';
import { todayIn } from '../../data/today.js';
import { dateOf } from '../../data/zone.js';
import { focusOnRows } from '../../overview/focusOnRows.js';
import { choiceIn, isWanted } from './selectBookings.js';

/** What leads to a booking, on its day. Undefined while the page's address asks for the booking anyway. `zone`: of the business. */
export function showOf(booking: Booking, zone: string): (() => void) | undefined {
  const today = todayIn(zone);
  const address = new URLSearchParams(location.search);
  const is = (name: string, value: string): boolean => (address.get(name) ?? value) === value;
  const isTable = is('business', booking.business_id) && is('view', 'bookings');
  if (isTable && isWanted(booking, choiceIn(address, today))) return undefined;
  return () => {
    const date = dateOf(Date.parse(booking.starts_at), zone);
    const day = date === todayIn(zone).date ? null : date;
    setSearch({ business: booking.business_id, view: 'bookings', day, client: null, rows: null });
    // The toaster returns the focus to where it was as soon as a toast loses it: not after this.
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    // After React has rendered it.
    requestAnimationFrame(() => {
      focusOnRows(booking.id);
    });
  };
}
