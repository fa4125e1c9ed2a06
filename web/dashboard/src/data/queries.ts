import { queryOptions, useQuery, type QueryClient, type UseQueryResult } from '@tanstack/react-query';
import { useBusinessData } from './businessData.js';
import type { Alert, Attendance, Business, Client, Staff } from './database.js';
import { useRest, type Parameters, type RestClient } from './rest.js';
import { useToday } from './today.js';
import { knownZone } from './zone.js';

// What changes seldom, or is only counted, is asked for again when it has changed; the keys are those of useRealtime.

export const businessesKey = ['businesses'] as const;

export function useBusinesses(): UseQueryResult<Business[]> {
  const rest = useRest();
  return useQuery({
    queryKey: businessesKey,
    queryFn: async ({ signal }) => {
      const rows = await rest.all('businesses', { select: 'id,name,currency,time_zone' }, signal);
      return rows
        .map((row) => ({ ...row, time_zone: knownZone(row.time_zone) }))
        .sort((one, other) => names.compare(one.name, other.name));
    },
  });
}

/** By name. */
export function clientsQuery(rest: RestClient, businessId: string) {
  return queryOptions({
    queryKey: ['clients', businessId],
    queryFn: async ({ signal }) => byName(await rest.all('clients', { business_id: `eq.${businessId}` }, signal)),
  });
}

/** With `enabled: false`, what is known already; nothing is read for it. */
export function useClients({ enabled = true } = {}): UseQueryResult<Client[]> {
  return useQuery({ ...clientsQuery(useRest(), useBusinessData().business.id), enabled });
}

const names = new Intl.Collator();

function byName<Named extends { id: number; full_name: string }>(rows: readonly Named[]): Named[] {
  return [...rows].sort((one, other) => names.compare(one.full_name, other.full_name) || one.id - other.id);
}

/** Those who work here now. */
export function useStaff(): UseQueryResult<Staff[]> {
  return useStaffQuery(isActive);
}

/** Also those who have left: old bookings are theirs. */
export function useEveryStaff(): UseQueryResult<Staff[]> {
  return useStaffQuery(everyone);
}

const isActive = (staff: Staff[]): Staff[] => staff.filter(({ active }) => active);
const everyone = (staff: Staff[]): Staff[] => staff;

function useStaffQuery(select: (staff: Staff[]) => Staff[]): UseQueryResult<Staff[]> {
  const rest = useRest();
  const { id } = useBusinessData().business;
  return useQuery({
    queryKey: ['staff', id],
    queryFn: async ({ signal }) => byName(await rest.all('staff', { business_id: `eq.${id}` }, signal)),
    select,
  });
}

/** The name of someone of the staff, as far as it is known already. */
export function staffName(queryClient: QueryClient, businessId: unknown, id: unknown): string | undefined {
  return queryClient.getQueryData<Staff[]>(['staff', businessId])?.find((person) => person.id === id)?.full_name;
}

/** Today's, and what is open from whatever day: who has clocked in, and when. */
export function useAttendance(): UseQueryResult<Attendance[]> {
  const rest = useRest();
  const { id } = useBusinessData().business;
  const { date } = useToday();
  return useQuery({
    queryKey: ['staff-attendance', id, date],
    queryFn: async ({ signal }) => {
      const read = (which: Parameters): Promise<Attendance[]> =>
        rest.all('staff_attendance', { business_id: `eq.${id}`, ...which }, signal);
      const [ofToday, open] = await Promise.all([read({ work_date: `eq.${date}` }), read({ clock_out: 'is.null' })]);
      // Those that are open count, so they come last.
      return [...ofToday.filter(({ clock_out }) => clock_out !== null), ...open];
    },
  });
}

/** Alerts that nobody has acknowledged, newest first. */
export function useOpenAlerts(): UseQueryResult<Alert[]> {
  const rest = useRest();
  const { id } = useBusinessData().business;
  return useQuery({
    queryKey: ['admin-alerts', id],
    queryFn: async ({ signal }) => {
      const alerts = await rest.all('admin_alerts', { business_id: `eq.${id}`, acknowledged: 'is.false' }, signal);
      return alerts.sort((one, other) => Date.parse(other.created_at) - Date.parse(one.created_at));
    },
  });
}
