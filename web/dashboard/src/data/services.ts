import { queryOptions, type QueryClient } from '@tanstack/react-query';
import { createRealtimeManager, type RealtimeManager } from 'switchboard-realtime';
import { addressedLine, lineOf, type Lines } from '../line/line.js';
import { SharedLine } from '../line/windows.js';
import { LabClient } from '../lab/labClient.js';
import { RowToasts } from '../toasts/rowToasts.js';
import { InspectorDock } from '../inspector/dock.js';
import { loadConfig, type Config } from './config.js';
import { Network, ServerWatch } from './network.js';
import { staffName } from './queries.js';
import { RestClient } from './rest.js';
import carrier from '../line/carrier.worker.ts?sharedworker&url';
import { addressedRoad, roadOf, trackedTables, type Roads } from '../road/road.js';

/** What the page works with, made once its configuration is known. */
export type Services = {
  readonly network: Network;
  readonly lab: LabClient | null;
  readonly rest: RestClient;
  readonly manager: RealtimeManager;
  readonly roads: Roads;
  readonly lines: Lines;
  /** Null: this window has a line of its own. */
  readonly sharedLine: SharedLine | null;
  readonly server: ServerWatch;
  readonly toasts: RowToasts;
  readonly inspector: InspectorDock;
};

function createServices(config: Config, queryClient: QueryClient): Services {
  const network = new Network();
  const lab = config.lab === undefined ? null : new LabClient(config.lab);
  const rest = new RestClient(config, network);
  const roads = { taken: roadOf(addressedRoad(), config), usual: roadOf(null, config) };
  const lines = { taken: lineOf(addressedLine(), config), usual: lineOf(null, config) };
  const isShared = lines.taken === 'shared';
  const manager = createRealtimeManager({
    url: config.realtime,
    apikey: config.apikey,
    // `tabs: true` is enough without a lab, which can pull the plug of the worker, too.
    ...(isShared ? { tabs: { worker: new URL(carrier, location.href) } } : { transport: network.WebSocket }),
    // With Supabase: `createRealtimeManager({ supabase })`, and sign-ins are followed.
    ...(lab === null ? {} : { accessToken: () => lab.token() }),
    // All that changes with the road: no component knows it.
    ...(roads.taken === 'broadcast' ? { tables: trackedTables, rpc: rest.call } : {}),
    ...config.tuning,
  });
  // While the page's own rows are being asked for.
  void manager.ready();
  const toasts = new RowToasts((row) => staffName(queryClient, row['business_id'], row['staff_id']));
  const server = new ServerWatch(config, manager, network);
  const sharedLine = isShared ? new SharedLine(network) : null;
  const inspector = new InspectorDock(manager);
  return { network, lab, rest, manager, roads, lines, sharedLine, server, toasts, inspector };
}

/** Reads the configuration, and starts. */
export function servicesQuery() {
  return queryOptions({
    queryKey: ['services'],
    queryFn: async ({ client }) => createServices(await loadConfig(), client),
    gcTime: Infinity,
    structuralSharing: false,
    refetchOnWindowFocus: false,
    refetchOnReconnect: (query) => query.state.data === undefined,
  });
}
