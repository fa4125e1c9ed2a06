import { useRealtime } from 'switchboard-realtime/react';
import { ActivityFeed } from '../activity/ActivityFeed.js';
import { useBusinessData } from '../data/businessData.js';
import { useToday } from '../data/today.js';
import { browserZone, cityOf, differs } from '../data/zone.js';
import { formatLongDay, locale } from '../format.js';
import { FormsProvider } from '../forms/FormsProvider.js';
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
        <p className="quiet">
          <time dateTime={today.date} lang={locale}>
            {formatLongDay(today.from, today.zone)}
          </time>
          {differs(today.zone, browserZone(), today.from) ? ` · times in ${cityOf(today.zone)}` : null}
        </p>
      </div>
      <Figures />
      <TodayChart />
      <ActivityFeed />
      <FormsProvider>
        <div className="tables">
          <Tables />
        </div>
      </FormsProvider>
    </div>
  );
}
