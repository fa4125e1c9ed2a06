import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { BookingsPage } from '../bookings/BookingsPage.js';
import type { Business } from '../data/database.js';
import { useRest } from '../data/rest.js';
import { Header } from './Header.js';

export function Dashboard() {
  const rest = useRest();
  const businesses = useQuery({
    queryKey: ['businesses'],
    queryFn: ({ signal }) => rest.rows('businesses', { select: 'id,name,currency', order: 'name.asc' }, signal),
    staleTime: Infinity,
  });
  const [chosenId, setChosenId] = useState<string>();
  const list = businesses.data ?? [];
  const business = list.find(({ id }) => id === chosenId) ?? list[0];
  return (
    <>
      <Header>
        <BusinessPicker businesses={list} chosen={business} onChoose={setChosenId} />
      </Header>
      <main>
        {businesses.isError ? (
          <p className="notice" role="alert">
            The businesses could not be read: {businesses.error.message}{' '}
            <button type="button" className="link" onClick={() => void businesses.refetch()}>
              Try again
            </button>
          </p>
        ) : null}
        {businesses.isSuccess && business === undefined ? <p className="quiet">There is no business yet.</p> : null}
        {business ? <BookingsPage key={business.id} business={business} /> : null}
      </main>
    </>
  );
}

type PickerProps = {
  businesses: readonly Business[];
  chosen: Business | undefined;
  onChoose: (id: string) => void;
};

function BusinessPicker({ businesses, chosen, onChoose }: PickerProps) {
  return (
    <label className="picker">
      <span>Business</span>
      <select
        value={chosen?.id ?? ''}
        disabled={chosen === undefined}
        onChange={(event) => {
          onChoose(event.target.value);
        }}
      >
        {businesses.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
