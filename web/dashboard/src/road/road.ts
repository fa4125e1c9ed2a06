import { createContext, useContext } from 'react';
import type { Road, TablesOption } from 'switchboard-realtime';
import { addressed, choose, useReloadForOther, type Choice } from '../lab/addressChoice.js';
import { useSearchParameter } from '../app/useSearchParameter.js';
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
  return addressed(PARAMETER);
}

/** The road that the page has taken, and the one that its configuration names. */
export type Roads = Choice<Road>;

export const RoadContext = createContext<Roads | null>(null);

export function useRoads(): Roads {
  const roads = useContext(RoadContext);
  if (roads === null) throw new Error('useRoads needs a RoadContext above it');
  return roads;
}

/** Has the page loaded again when its address names another road. */
export function useRoadOfAddress(): void {
  const { taken, usual } = useRoads();
  useReloadForOther(roadOf(useSearchParameter(PARAMETER), { via: usual }), taken);
}

/** Loads the page again on another road. */
export function takeRoad(road: Road, { usual }: Roads): void {
  choose(PARAMETER, road === usual ? null : road);
}
