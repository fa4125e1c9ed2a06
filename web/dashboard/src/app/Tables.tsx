import { Tabs } from 'radix-ui';
import type { ReactNode } from 'react';
import { BookingsTable } from '../tables/BookingsTable.js';
import { ClientsTable } from '../tables/ClientsTable.js';
import { PaymentsTable } from '../tables/PaymentsTable.js';
import { StaffTable } from '../tables/StaffTable.js';
import { useSearchParameter } from './useSearchParameter.js';

const views: readonly { name: string; label: string; table: ReactNode }[] = [
  { name: 'bookings', label: 'Bookings', table: <BookingsTable /> },
  { name: 'payments', label: 'Payments', table: <PaymentsTable /> },
  { name: 'clients', label: 'Clients', table: <ClientsTable /> },
  { name: 'staff', label: 'Staff', table: <StaffTable /> },
];

export function Tables() {
  const [view, setView] = useSearchParameter('view');
  const chosen = views.find(({ name }) => name === view)?.name ?? 'bookings';
  return (
    <Tabs.Root value={chosen} onValueChange={setView}>
      <Tabs.List className="tabs" aria-label="Tables">
        {views.map(({ name, label }) => (
          <Tabs.Trigger key={name} value={name}>
            {label}
          </Tabs.Trigger>
        ))}
      </Tabs.List>
      {views.map(({ name, table }) => (
        <Tabs.Content key={name} value={name} tabIndex={-1}>
          {table}
        </Tabs.Content>
      ))}
    </Tabs.Root>
  );
}
