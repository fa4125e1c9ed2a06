import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useBusinessData } from './businessData.js';
import type { Alert, Attendance, Business, Client, Staff } from './database.js';
import { useRest, type Parameters } from './rest.js';
import { useToday } from './today.js';
import { knownZone } from './zone.js';

// What changes seldom, or is only counted, is asked for again when it has changed; the keys are those of useRealtime.

export const businessesKey = ['businesses'] as const;

export function useBusinesses(): UseQueryResult<Business[]> {
  const rest = useRest();
  return useQuery({
    queryKey: businessesKey,
    queryFn: async ({ signal }) => {
      const rows = await rest.rows('businesses', { select: 'id,name,currency,time_zone', order: 'name.asc' }, signal);
      return rows.map((row) => ({ ...row, time_zone: knownZone(row.time_zone) }));
    },
  });
}

/** With `enabled: false`, what is known already; nothing is read for it. */
export function useClients({ enabled = true } = {}): UseQueryResult<Client[]> {
  const rest = useRest();
  const { id } = useBusinessData().business;
  return useQuery({
    queryKey: ['clients', id],
    queryFn: ({ signal }) => rest.rows('clients', { business_id: `eq.${id}`, order: 'full_name.asc,id.asc' }, signal),
    enabled,
  });
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
    queryFn: ({ signal }) => rest.rows('staff', { business_id: `eq.${id}`, order: 'full_name.asc,id.asc' }, signal),
    select,
  });
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
        rest.rows('staff_attendance', { business_id: `eq.${id}`, order: 'id.asc', ...which }, signal);
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
    queryFn: ({ signal }) =>
      rest.rows(
        'admin_alerts',
        { business_id: `eq.${id}`, acknowledged: 'is.false', order: 'created_at.desc,id.asc' },
        signal,
      ),
  });
}
