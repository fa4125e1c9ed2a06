import '@fontsource-variable/inter';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import 'sonner/dist/styles.css';
import 'switchboard-realtime/react/styles.css';
import { watchRoom } from './app/room/watchRoom.js';
import { Start } from './app/Start.js';
import { Retries, RetriesContext } from './data/retries.js';
import { servicesQuery } from './data/services.js';
import { toast } from 'sonner';
import { guardAim } from './focus/aim.js';
import { holdFocusedToasts } from './focus/beside.js';
import { keepFocus } from './focus/keepFocus.js';
import './styles/index.css';

const container = document.getElementById('root');
if (container === null) throw new Error('index.html has no element with the id root');
const root = createRoot(container);
keepFocus(document);
holdFocusedToasts(document);
guardAim(document, (words) => {
  toast('Nothing was changed', { description: `The rows have just moved. To go on, press again: ${words}` });
});
watchRoom(document);

// Reads are repeated by Retries, which can say when; what the browser believes of the network stops none of them.
const queries = { retry: false, networkMode: 'always', refetchOnReconnect: true, staleTime: Infinity } as const;
const queryClient = new QueryClient({ defaultOptions: { queries } });
const retries = new Retries(queryClient.getQueryCache());

// Until then index.html's own outline of the page is there.
void queryClient.query(servicesQuery()).then(render, render);

function render(): void {
  root.render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RetriesContext value={retries}>
          <Start />
        </RetriesContext>
      </QueryClientProvider>
    </StrictMode>,
  );
}
