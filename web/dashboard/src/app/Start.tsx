import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Toaster } from 'sonner';
import { RealtimeProvider } from 'switchboard-realtime/react';
import { sonnerToaster } from 'switchboard-realtime/react/sonner';
import { NetworkContext } from '../data/network.js';
import { RestContext } from '../data/rest.js';
import { servicesQuery } from '../data/services.js';
import { LabContext } from '../lab/labClient.js';
import { App } from './App.js';
import { PageSkeleton } from './PageSkeleton.js';
import { ReadFailure } from './ReadFailure.js';

/** The application, once its configuration is there; until then why it is not. */
export function Start() {
  const queryClient = useQueryClient();
  const query = servicesQuery();
  const { data: services, error, refetch } = useQuery(query);
  if (services === undefined) {
    return (
      <>
        <header className="top">
          <h1>
            <img src="/icon.svg" alt="" width="26" height="26" />
            <span className="brand-word">Switchboard</span>
          </h1>
        </header>
        <main>
          {error === null ? null : (
            <ReadFailure
              what="The settings of this page (config.json)"
              error={error}
              queryKey={query.queryKey}
              onRetry={() => void refetch()}
            />
          )}
          <PageSkeleton />
        </main>
      </>
    );
  }
  return (
    <NetworkContext value={services.network}>
      <RestContext value={services.rest}>
        <LabContext value={services.lab}>
          <RealtimeProvider manager={services.manager} queryClient={queryClient} toaster={sonnerToaster}>
            <App />
            <Toaster theme="system" position="bottom-right" />
          </RealtimeProvider>
        </LabContext>
      </RestContext>
    </NetworkContext>
  );
}
