import { createContext, useContext, useEffect } from 'react';
import type { Road, TablesOption } from 'switchboard-realtime';
import { setSearch, useSearchParameter } from '../app/useSearchParameter.js';
import type { Config } from '../data/config.js';
import type { Database } from '../data/database.js';

/** What a page on the road of broadcasts has to know: which tables the database numbers, each business by itself. */
export const trackedTables = {
  bookings: { by: 'business_id' },
  payment_transactions: { by: 'business_id' },
  clients: { by: 'business_id' },
  staff: { by: 'business_id' },
  staff_attendance: { by: 'business_id' },
  admin_alerts: { by: 'business_id' },
} as const satisfies TablesOption<Database>;

const PARAMETER = 'via';

/** How changes come to this page: as its address says, else as its configuration does. */
export function roadOf(address: string | null, { via = 'broadcast' }: Pick<Config, 'via'>): Road {
  return address === 'broadcast' || address === 'postgres_changes' ? address : via;
}

export function addressedRoad(): string | null {
  return new URLSearchParams(location.search).get(PARAMETER);
}

/** The road that the page has taken, and the one that its configuration names. */
export type Roads = { readonly taken: Road; readonly usual: Road };

export const RoadContext = createContext<Roads | null>(null);

export function useRoads(): Roads {
  const roads = useContext(RoadContext);
  if (roads === null) throw new Error('useRoads needs a RoadContext above it');
  return roads;
}

/** Has the page loaded again when its address names another road, also by Back: a manager keeps to the one that it was made for. */
export function useRoadOfAddress(): void {
  const { taken, usual } = useRoads();
  const wanted = roadOf(useSearchParameter(PARAMETER), { via: usual });
  useEffect(() => {
    if (wanted !== taken) location.reload();
  }, [wanted, taken]);
}

/** Loads the page again on another road, with the lab open, also after Back. */
export function takeRoad(road: Road, { usual }: Roads): void {
  setSearch({ lab: '' }, { replace: true });
  setSearch({ [PARAMETER]: road === usual ? null : road });
}
