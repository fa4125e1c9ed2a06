import { useState } from 'react';
import { BusinessDataProvider } from '../data/businessData.js';
import { useBusinesses } from '../data/queries.js';
import { LabPanel } from '../lab/LabPanel.js';
import { BusinessPage } from './BusinessPage.js';
import { BusinessPicker } from './BusinessPicker.js';
import { Header } from './Header.js';
import { useSearchParameter } from './useSearchParameter.js';

export function App() {
  const businesses = useBusinesses();
  const [chosenId, setChosenId] = useSearchParameter('business');
  const [isLabOpen, setLabOpen] = useState(false);
  const list = businesses.data ?? [];
  const business = list.find(({ id }) => id === chosenId) ?? list[0];
  return (
    <>
      <Header
        isLabOpen={isLabOpen}
        onLab={() => {
          setLabOpen(!isLabOpen);
        }}
      >
        <BusinessPicker businesses={list} chosen={business} onChoose={setChosenId} />
      </Header>
      <div className="layout" data-lab={isLabOpen}>
        <main>
          {businesses.isError ? (
            <p className="notice" role="alert">
              The businesses could not be read: {businesses.error.message}{' '}
              <button type="button" className="link" onClick={() => void businesses.refetch()}>
                Try again
              </button>
            </p>
          ) : null}
          {businesses.isSuccess && business === undefined ? <p className="empty">There is no business yet.</p> : null}
          {business === undefined ? null : (
            <BusinessDataProvider key={business.id} business={business}>
              <BusinessPage />
            </BusinessDataProvider>
          )}
        </main>
        {isLabOpen && business !== undefined ? (
          <LabPanel
            businessId={business.id}
            onClose={() => {
              setLabOpen(false);
            }}
          />
        ) : null}
      </div>
    </>
  );
}
