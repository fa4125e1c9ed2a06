import { useRealtime } from 'switchboard-realtime/react';
import { ActivityFeed } from '../activity/ActivityFeed.js';
import { useBusinessData } from '../data/businessData.js';
import { useToday } from '../data/today.js';
import { formatLongDay } from '../format.js';
import { Figures } from '../overview/Figures.js';
import { TodayChart } from '../overview/TodayChart.js';
import { Tables } from './Tables.js';

export function BusinessPage() {
  const { business } = useBusinessData();
  const today = useToday();
  // Keeps the queries of what changes seldom up to date, and tells of what is new. Bookings and payments are live rows: only their toasts are wanted here.
  useRealtime({
    businessId: business.id,
    enableBookings: true,
    enablePayments: true,
    enableClients: true,
    enableStaff: true,
    enableStaffAttendance: true,
    enableAdminAlerts: true,
    showToasts: true,
  });
  return (
    <div className="page">
      <div className="page-head">
        <h2>{business.name}</h2>
        <p className="quiet">{formatLongDay(new Date(today.from))}</p>
      </div>
      <Figures />
      <TodayChart />
      <ActivityFeed />
      <div className="tables">
        <Tables />
      </div>
    </div>
  );
}
