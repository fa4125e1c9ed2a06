import { useEffect } from 'react';
import { useRealtime } from 'switchboard-realtime/react';
import { ActivityFeed } from '../activity/ActivityFeed.js';
import { useBusinessData } from '../data/businessData.js';
import { useReportBehind } from '../data/freshness.js';
import { useClients, useOpenAlerts, useStaff } from '../data/queries.js';
import { useToday } from '../data/today.js';
import { browserZone, cityOf, differs } from '../data/zone.js';
import { formatLongDay, locale } from '../format.js';
import { Figures } from '../overview/Figures.js';
import { TodayChart } from '../overview/TodayChart.js';
import { useToastsEndWithRows } from '../toasts/rowToasts.js';
import { Tables, useView } from './Tables.js';

export function BusinessPage() {
  const { business, bookings, payments } = useBusinessData();
  const today = useToday();
  const { label } = useView();
  // Keeps the queries of what changes seldom up to date, and announces what is new. Bookings and payments are live rows: this only shows their toasts.
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
  useReportBehind([bookings, payments].some(({ status }) => status.state !== 'live'));
  useToastsEndWithRows('bookings', bookings.rows);
  useToastsEndWithRows('payment_transactions', payments.rows);
  useToastsEndWithRows('clients', useClients({ enabled: false }).data);
  useToastsEndWithRows('staff', useStaff().data);
  useToastsEndWithRows('admin_alerts', useOpenAlerts().data);
  useEffect(() => {
    document.title = `${label} · ${business.name} · Switchboard`;
  }, [label, business.name]);
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
      <div className="tables">
        <Tables />
      </div>
      <div className="page-side">
        <TodayChart />
        <ActivityFeed />
      </div>
    </div>
  );
}
