import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { CSSProperties } from 'react';
import { Toaster } from 'sonner';
import { RealtimeProvider } from 'switchboard-realtime/react';
import { RestContext } from '../data/rest.js';
import { NetworkContext, ServerWatchContext } from '../data/network.js';
import { InspectorContext } from '../inspector/dock.js';
import { LineContext } from '../line/line.js';
import { SharedLineContext } from '../line/windows.js';
import { RoadContext } from '../road/road.js';
import { servicesQuery } from '../data/services.js';
import { LabContext } from '../lab/labClient.js';
import { Brand } from './Brand.js';
import { RowToastsContext } from '../toasts/rowToasts.js';
import { App } from './App.js';
import { PageSkeleton } from './PageSkeleton.js';
import { ReadFailure } from './failures/ReadFailure.js';

// Grows with the reader's text size; sonner's own is in pixels.
const toastSize = { '--width': '22.25rem' } as CSSProperties;

/** The application, once its configuration is there; until then why it is not. */
export function Start() {
  const queryClient = useQueryClient();
  const query = servicesQuery();
  const { data: services, error, refetch } = useQuery(query);
  if (services === undefined) {
    return (
      <>
        <header className="top">
          <Brand />
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
          <RowToastsContext value={services.toasts}>
            <RealtimeProvider manager={services.manager} queryClient={queryClient} toaster={services.toasts.toaster}>
              <ServerWatchContext value={services.server}>
                <RoadContext value={services.roads}>
                  <LineContext value={services.lines}>
                    <SharedLineContext value={services.sharedLine}>
                      <InspectorContext value={services.inspector}>
                        <App />
                      </InspectorContext>
                    </SharedLineContext>
                  </LineContext>
                </RoadContext>
              </ServerWatchContext>
              <div className="toasts">
                <Toaster theme="system" position="bottom-right" style={toastSize} />
              </div>
            </RealtimeProvider>
          </RowToastsContext>
        </LabContext>
      </RestContext>
    </NetworkContext>
  );
}
