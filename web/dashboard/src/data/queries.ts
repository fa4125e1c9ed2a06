import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useBusinessData } from './businessData.js';
import type { Alert, Attendance, Business, Client, Staff } from './database.js';
import { useRest } from './rest.js';
import { shiftDate, useToday } from './today.js';
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

/** Today's, and what is open of yesterday's: who has clocked in, and when. */
export function useAttendance(): UseQueryResult<Attendance[]> {
  const rest = useRest();
  const { id } = useBusinessData().business;
  const { date } = useToday();
  return useQuery({
    queryKey: ['staff-attendance', id, date],
    queryFn: async ({ signal }) => {
      const from = shiftDate(date, -1);
      const entries = await rest.rows(
        'staff_attendance',
        { business_id: `eq.${id}`, work_date: `gte.${from}`, order: 'id.asc' },
        signal,
      );
      return entries.filter(({ work_date, clock_out }) => work_date === date || clock_out === null);
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
