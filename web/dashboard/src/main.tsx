import '@fontsource-variable/inter';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Toaster } from 'sonner';
import 'sonner/dist/styles.css';
import { createRealtimeManager } from 'switchboard-realtime';
import { RealtimeProvider } from 'switchboard-realtime/react';
import { sonnerToaster } from 'switchboard-realtime/react/sonner';
import 'switchboard-realtime/react/styles.css';
import { App } from './app/App.js';
import { loadConfig, type Config } from './data/config.js';
import { Network, NetworkContext } from './data/network.js';
import { RestClient, RestContext } from './data/rest.js';
import { LabClient, LabContext } from './lab/labClient.js';
import './styles/index.css';

const container = document.getElementById('root');
if (container === null) throw new Error('index.html has no element with the id root');
const root = createRoot(container);

function render(config: Config): void {
  const network = new Network();
  const lab = config.lab === undefined ? null : new LabClient(config.lab);
  const queryClient = new QueryClient();
  const manager = createRealtimeManager({
    url: config.realtime,
    apikey: config.apikey,
    transport: network.WebSocket,
    // With Supabase: `createRealtimeManager({ supabase })`, and sign-ins are followed.
    ...(lab === null ? {} : { accessToken: () => lab.token() }),
    ...config.tuning,
  });
  // While the page's own rows are being asked for.
  void manager.ready();
  root.render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <NetworkContext value={network}>
          <RestContext value={new RestClient(config, network)}>
            <LabContext value={lab}>
              <RealtimeProvider manager={manager} queryClient={queryClient} toaster={sonnerToaster}>
                <App />
                <Toaster theme="system" position="bottom-left" />
              </RealtimeProvider>
            </LabContext>
          </RestContext>
        </NetworkContext>
      </QueryClientProvider>
    </StrictMode>,
  );
}

function renderFailure(error: unknown): void {
  root.render(
    <p className="notice" role="alert">
      The dashboard cannot start: {error instanceof Error ? error.message : String(error)}
    </p>,
  );
}

loadConfig().then(render).catch(renderFailure);
