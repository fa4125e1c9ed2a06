import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useSubscription } from 'switchboard-realtime/react';
import type { Booking } from '../data/database.js';
import { useRest, type RestClient } from '../data/rest.js';
import { applyChange, ChangeLog, type BookingChange } from './changes.js';

const ROWS = 200;
const RECENT = 20;

export type SeenChange = { readonly number: number; readonly change: BookingChange };

function bookingsQuery(rest: RestClient, log: ChangeLog, businessId: string) {
  return queryOptions({
    queryKey: ['bookings', businessId],
    queryFn: ({ signal }) =>
      log.during(() =>
        rest.rows(
          'bookings',
          { business_id: `eq.${businessId}`, order: 'starts_at.desc,id.desc', limit: String(ROWS) },
          signal,
        ),
      ),
    staleTime: Infinity,
  });
}

/**
 * The bookings of one business, kept current by its changes; the latest of these changes, newest first; and whether changes flow. Each time the changes
 * start to flow, the rows are fetched again: nothing is known of the time before.
 */
export function useBookings(businessId: string) {
  const rest = useRest();
  const client = useQueryClient();
  const [log] = useState(() => new ChangeLog());
  const [recent, setRecent] = useState<readonly SeenChange[]>([]);
  const options = bookingsQuery(rest, log, businessId);
  const subscription = useSubscription({ table: 'bookings', filter: `business_id=eq.${businessId}` }, (change) => {
    log.add(change);
    client.setQueryData<readonly Booking[]>(options.queryKey, (rows) => rows && applyChange(rows, change));
    setRecent((seen) => [{ number: (seen[0]?.number ?? 0) + 1, change }, ...seen].slice(0, RECENT));
  });

  const liveSince = subscription?.state === 'live' ? subscription.since : undefined;
  useEffect(() => {
    if (liveSince !== undefined) void client.invalidateQueries({ queryKey: ['bookings', businessId] });
  }, [client, businessId, liveSince]);

  return { query: useQuery(options), recent, isLive: liveSince !== undefined };
}
