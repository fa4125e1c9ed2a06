import { useCallback, useState } from 'react';
import { BusinessDataProvider } from '../data/businessData.js';
import type { Business } from '../data/database.js';
import { FormsProvider } from '../forms/FormsProvider.js';
import { BusinessPage } from './BusinessPage.js';

/**
 * The page of the chosen business, with its forms. Those of other businesses that are not done are there too: what was typed belongs to the business that
 * it was typed for, whatever the page shows by now.
 */
export function Businesses({ chosen }: { chosen: Business }) {
  const [unfinished, setUnfinished] = useState<readonly Business[]>([]);
  const onUnfinished = useCallback((business: Business, isUnfinished: boolean) => {
    setUnfinished((before) => {
      const others = before.filter(({ id }) => id !== business.id);
      return isUnfinished ? [...others, business] : others.length === before.length ? before : others;
    });
  }, []);
  const others = unfinished.filter(({ id }) => id !== chosen.id);
  return [...others, chosen].map((business) => (
    <BusinessDataProvider key={business.id} business={business}>
      <FormsProvider onUnfinished={onUnfinished}>{business === chosen ? <BusinessPage /> : null}</FormsProvider>
    </BusinessDataProvider>
  ));
}
