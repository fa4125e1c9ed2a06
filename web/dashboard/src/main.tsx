import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createRealtimeManager } from 'switchboard-realtime';
import { RealtimeProvider } from 'switchboard-realtime/react';
import 'switchboard-realtime/react/styles.css';
import { loadConfig, type Config } from './data/config.js';
import { RestClient, RestContext } from './data/rest.js';
import { Dashboard } from './layout/Dashboard.js';
import './styles/index.css';

const container = document.getElementById('root');
if (container === null) throw new Error('index.html has no element with the id root');
const root = createRoot(container);

function render(config: Config): void {
  const manager = createRealtimeManager({ url: config.realtime, apikey: config.apikey });
  root.render(
    <StrictMode>
      <QueryClientProvider client={new QueryClient()}>
        <RestContext value={new RestClient(config)}>
          <RealtimeProvider manager={manager}>
            <Dashboard />
          </RealtimeProvider>
        </RestContext>
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
