import { useMutation } from '@tanstack/react-query';
import type { Booking } from '../data/database.js';
import { useRest } from '../data/rest.js';
import { draftBooking } from './draftBooking.js';

/** Inserts a booking over REST. The row is shown when its change comes back, as in every other window. */
export function AddBooking({ businessId, known }: { businessId: string; known: readonly Booking[] }) {
  const rest = useRest();
  const insert = useMutation({
    mutationFn: () => rest.insert('bookings', draftBooking(businessId, known, new Date())),
  });
  return (
    <div className="add">
      {insert.isError ? (
        <span className="notice" role="alert">
          Not added: {insert.error.message}
        </span>
      ) : null}
      <button
        type="button"
        className="primary"
        disabled={insert.isPending}
        onClick={() => {
          insert.mutate();
        }}
      >
        Add booking
      </button>
    </div>
  );
}
