import { useRef, useState } from 'react';
import type { Business } from '../data/database.js';
import { businessesKey, useBusinesses } from '../data/queries.js';
import { useLineOfAddress } from '../line/line.js';
import { useRoadOfAddress } from '../road/road.js';
import { LabPanel } from '../lab/LabPanel.js';
import { AddressNotices } from './AddressNotices.js';
import { Businesses } from './Businesses.js';
import { BusinessPicker } from './BusinessPicker.js';
import { Header } from './Header.js';
import { PageSkeleton } from './PageSkeleton.js';
import { ReadFailure } from './failures/ReadFailure.js';
import { ServerReplaced } from './failures/ServerReplaced.js';
import { setSearch, useSearchParameter } from './useSearchParameter.js';

export function App() {
  const businesses = useBusinesses();
  const chosenId = useSearchParameter('business');
  const [isLabOpen, setLabOpen] = useState(() => new URLSearchParams(location.search).has('lab'));
  const labButton = useRef<HTMLButtonElement>(null);
  useRoadOfAddress();
  useLineOfAddress();
  const list = businesses.data ?? [];
  const chosen = list.find(({ id }) => id === chosenId);
  const business = chosen ?? list[0];
  return (
    <>
      <Header
        isLabOpen={isLabOpen}
        businessId={business?.id}
        zone={business?.time_zone}
        labButton={labButton}
        onLab={() => {
          setLabOpen(!isLabOpen);
        }}
      >
        <BusinessPicker
          businesses={list}
          chosen={business}
          onChoose={(id) => {
            setSearch({ business: id, client: null, rows: null });
          }}
        />
      </Header>
      <div className="layout" data-lab={isLabOpen}>
        {/* Before the page, so that Tab leads from its button into it. */}
        {isLabOpen && business !== undefined ? (
          <LabPanel
            businessId={business.id}
            onClose={() => {
              setLabOpen(false);
              setSearch({ lab: null }, { replace: true });
              labButton.current?.focus();
            }}
          />
        ) : null}
        <main>
          <ServerReplaced />
          <Content businesses={businesses} business={business} unknownId={chosen === undefined ? chosenId : null} />
        </main>
      </div>
    </>
  );
}

type ContentProps = {
  businesses: ReturnType<typeof useBusinesses>;
  business: Business | undefined;
  /** What the address names although there is no such business. */
  unknownId: string | null;
};

function Content({ businesses, business, unknownId }: ContentProps) {
  if (business === undefined && businesses.isSuccess) return <p className="empty">There is no business yet.</p>;
  if (business === undefined) {
    return (
      <>
        {businesses.isError ? (
          <ReadFailure
            what="The businesses"
            error={businesses.error}
            queryKey={businessesKey}
            onRetry={() => void businesses.refetch()}
          />
        ) : null}
        <PageSkeleton />
      </>
    );
  }
  return (
    <>
      <AddressNotices instead={unknownId === null ? null : business.name} />
      <Businesses chosen={business} />
    </>
  );
}
