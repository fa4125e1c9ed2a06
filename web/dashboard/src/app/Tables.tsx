import { Tabs } from 'radix-ui';
import { useState, type ReactNode } from 'react';
import { BookingsTable } from '../tables/bookings/BookingsTable.js';
import { ClientsTable } from '../tables/ClientsTable.js';
import { PaymentsTable } from '../tables/PaymentsTable.js';
import { StaffTable } from '../tables/StaffTable.js';
import { setSearch, useSearchParameter } from './useSearchParameter.js';

type View = { readonly name: string; readonly label: string; readonly table: ReactNode };

const bookings: View = { name: 'bookings', label: 'Bookings', table: <BookingsTable /> };

const views: readonly View[] = [
  bookings,
  { name: 'payments', label: 'Payments', table: <PaymentsTable /> },
  { name: 'clients', label: 'Clients', table: <ClientsTable /> },
  { name: 'staff', label: 'Staff', table: <StaffTable /> },
];

export function isView(name: string): boolean {
  return views.some((view) => view.name === name);
}

/** The table that the page's address names, or the bookings. */
export function useView(): View {
  const name = useSearchParameter('view');
  return views.find((view) => view.name === name) ?? bookings;
}

export function Tables() {
  // Radix focuses the tab by a script, for which browsers draw a ring even after a press of the mouse.
  const [isPressed, setPressed] = useState(false);
  return (
    <Tabs.Root
      value={useView().name}
      onValueChange={(view) => {
        setSearch({ view, rows: null });
      }}
    >
      <Tabs.List
        className="tabs"
        aria-label="Tables"
        data-pressed={isPressed}
        onPointerDownCapture={() => {
          setPressed(true);
        }}
        onKeyDownCapture={() => {
          setPressed(false);
        }}
        onBlur={({ currentTarget, relatedTarget }) => {
          if (!currentTarget.contains(relatedTarget)) setPressed(false);
        }}
      >
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
