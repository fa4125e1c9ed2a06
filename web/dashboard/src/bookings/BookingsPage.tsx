import type { Business } from '../data/database.js';
import { ActivityFeed } from './ActivityFeed.js';
import { AddBooking } from './AddBooking.js';
import { BookingsTable } from './BookingsTable.js';
import { Summary } from './Summary.js';
import { useBookings } from './useBookings.js';

export function BookingsPage({ business }: { business: Business }) {
  const { query, recent, isLive } = useBookings(business.id);
  const rows = query.data ?? [];
  return (
    <div className="page">
      <section className="panel" aria-labelledby="bookings-title">
        <div className="panel-head">
          <h2 id="bookings-title">Bookings</h2>
          <AddBooking businessId={business.id} known={rows} />
        </div>
        <Summary rows={rows} currency={business.currency} />
        {query.isError ? (
          <p className="notice" role="alert">
            The bookings could not be read: {query.error.message}{' '}
            <button type="button" className="link" onClick={() => void query.refetch()}>
              Try again
            </button>
          </p>
        ) : null}
        {query.isPending ? (
          <p className="quiet" role="status">
            Reading bookings…
          </p>
        ) : (
          <BookingsTable rows={rows} currency={business.currency} recent={recent} />
        )}
      </section>
      <ActivityFeed recent={recent} isLive={isLive} currency={business.currency} />
    </div>
  );
}
