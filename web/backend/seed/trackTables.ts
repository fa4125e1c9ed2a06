import type { Pool } from 'pg';

const TABLES = [
  'bookings',
  'payment_transactions',
  'client_business_transactions',
  'clients',
  'staff',
  'staff_attendance',
  'admin_alerts',
];

/** Has the changes of the demo's tables numbered, those of each business by themselves. Needs track.sql; may be repeated. */
export async function trackTables(pool: Pool): Promise<void> {
  for (const table of TABLES) {
    await pool.query(`select switchboard.track($1::regclass, by => 'business_id')`, [`public.${table}`]);
  }
}
