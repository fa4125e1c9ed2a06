import type { ReactNode } from 'react';
import { isDate } from '../data/today.js';
import { isView, useView } from './Tables.js';
import { useSearchParameter } from './useSearchParameter.js';

/** Says what the page's address names that is not there. `instead`: the business that is shown for want of that one; null: it is there. */
export function AddressNotices({ instead }: { instead: string | null }) {
  const view = useSearchParameter('view');
  const day = useSearchParameter('day');
  const { name } = useView();
  const hasNoSuchDay = name === 'bookings' && day !== null && day !== 'all' && !isDate(day);
  return (
    <>
      {instead === null ? null : <Notice>The address names a business that is not there. This is {instead}.</Notice>}
      {view === null || isView(view) ? null : (
        <Notice>The address names a table that is not there. These are the bookings.</Notice>
      )}
      {hasNoSuchDay ? (
        <Notice>The address names a day that is not there. These are the bookings of today.</Notice>
      ) : null}
    </>
  );
}

function Notice({ children }: { children: ReactNode }) {
  return (
    <p className="notice" role="alert">
      {children}
    </p>
  );
}
