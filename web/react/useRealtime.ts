import { equals, type UntypedRow } from '../core/index.js';
import { createRealtimeHook } from './realtimeHook/createRealtimeHook.js';
import type { HookParameters } from './realtimeHook/definition.js';

type OfBusiness = HookParameters<'businessId'>;

/** A table with a column `business_id`, and the first part of the keys of its queries. */
function businessTable(table: string, key: string) {
  return {
    table,
    filter: ({ businessId }: OfBusiness) => equals('business_id', businessId),
    queryKeys: ({ businessId }: OfBusiness) => [[key, businessId]],
  };
}

/** A column as text; empty when it is null or absent. */
function text(row: UntypedRow, column: string): string {
  const value = row[column];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function joined(separator: string, ...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(separator);
}

/** An amount as people write it. */
function money(amount: string, currency: string): string {
  try {
    const format = new Intl.NumberFormat(undefined, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' });
    return amount === '' ? '' : format.format(Number(amount));
  } catch {
    // No code of a currency.
    return joined(' ', amount, currency);
  }
}

/**
 * Keeps the queries of a business's dashboard up to date for as long as the component is mounted:
 *
 * ```tsx
 * const { connectionStatus, connectionError } = useRealtime({ businessId, enableBookings: true });
 * ```
 *
 * | feature | table | invalidates |
 * | --- | --- | --- |
 * | `bookings` | `bookings` | `['bookings', businessId]` |
 * | `payments` | `payment_transactions` | `['payments', businessId]` |
 * | `clientTransactions` | `client_business_transactions` | `['client-transactions', businessId]` |
 * | `clients` | `clients` | `['clients', businessId]` |
 * | `staff` | `staff` | `['staff', businessId]` |
 * | `staffAttendance` | `staff_attendance` | `['staff-attendance', businessId]` |
 * | `adminAlerts` | `admin_alerts` | `['admin-alerts', businessId]` |
 *
 * and all queries whose keys begin with these. Other tables or keys: `createRealtimeHook`.
 */
export const useRealtime = createRealtimeHook({
  name: 'useRealtime',
  parameters: ['businessId'],
  features: {
    bookings: {
      ...businessTable('bookings', 'bookings'),
      toast: (row) => ({
        title: 'New booking',
        description: joined(', ', text(row, 'client_name'), text(row, 'service')),
        kind: 'success',
      }),
    },
    payments: {
      ...businessTable('payment_transactions', 'payments'),
      toast: (row) => ({
        title: 'New payment',
        description: money(text(row, 'amount'), text(row, 'currency')),
        kind: 'success',
      }),
    },
    clientTransactions: {
      ...businessTable('client_business_transactions', 'client-transactions'),
      toast: (row) => ({
        title: 'New client transaction',
        description: joined(': ', text(row, 'kind'), text(row, 'amount')),
      }),
    },
    clients: {
      ...businessTable('clients', 'clients'),
      toast: (row) => ({ title: 'New client', description: text(row, 'full_name') }),
    },
    staff: {
      ...businessTable('staff', 'staff'),
      toast: (row) => ({ title: 'New member of staff', description: text(row, 'full_name') }),
    },
    staffAttendance: {
      ...businessTable('staff_attendance', 'staff-attendance'),
      toast: () => ({ title: 'Someone has clocked in' }),
    },
    adminAlerts: {
      ...businessTable('admin_alerts', 'admin-alerts'),
      toast: (row) => ({ title: text(row, 'title') || 'New alert', description: text(row, 'body'), kind: 'warning' }),
    },
  },
});
