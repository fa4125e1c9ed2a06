import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useBusinessData } from './businessData.js';
import type { Alert, Attendance, Business, Client, Staff } from './database.js';
import { useRest } from './rest.js';
import { useToday } from './today.js';

// What changes seldom, or is only counted, is asked for again when it has changed; the keys are those of useRealtime.

export function useBusinesses(): UseQueryResult<Business[]> {
  const rest = useRest();
  return useQuery({
    queryKey: ['businesses'],
    queryFn: ({ signal }) => rest.rows('businesses', { select: 'id,name,currency', order: 'name.asc' }, signal),
    staleTime: Infinity,
  });
}

export function useClients(): UseQueryResult<Client[]> {
  const rest = useRest();
  const { id } = useBusinessData().business;
  return useQuery({
    queryKey: ['clients', id],
    queryFn: ({ signal }) => rest.rows('clients', { business_id: `eq.${id}`, order: 'full_name.asc,id.asc' }, signal),
    staleTime: Infinity,
  });
}

export function useStaff(): UseQueryResult<Staff[]> {
  const rest = useRest();
  const { id } = useBusinessData().business;
  return useQuery({
    queryKey: ['staff', id],
    queryFn: ({ signal }) =>
      rest.rows('staff', { business_id: `eq.${id}`, active: 'is.true', order: 'full_name.asc,id.asc' }, signal),
    staleTime: Infinity,
  });
}

/** Today's: who has clocked in, and when. */
export function useAttendance(): UseQueryResult<Attendance[]> {
  const rest = useRest();
  const { id } = useBusinessData().business;
  const { date } = useToday();
  return useQuery({
    queryKey: ['staff-attendance', id, date],
    queryFn: ({ signal }) =>
      rest.rows('staff_attendance', { business_id: `eq.${id}`, work_date: `eq.${date}`, order: 'id.asc' }, signal),
    staleTime: Infinity,
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
    staleTime: Infinity,
  });
}
