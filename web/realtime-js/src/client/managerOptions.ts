import type { EndpointOptions, ManagerOptions, TuningOptions, WebSocketClass } from 'switchboard-realtime';
import type { RealtimeClientOptions, RealtimeLogger } from '../api/options.js';

const MOST_SILENT_MS = 55_000;
const MOST_TIMEOUT_MS = 120_000;
const HOUR_MS = 3_600_000;

function within(value: number, min: number, max: number): number {
  return Math.round(Math.min(Math.max(value, min), max));
}

/** What a client has made of its options. */
export interface ClientSettings {
  endPoint: string;
  apikey: string;
  params: Readonly<Record<string, unknown>>;
  vsn: '1.0.0' | '2.0.0';
  timeout: number;
  heartbeatIntervalMs: number;
  idleMs: number;
  reconnectAfterMs: RealtimeClientOptions['reconnectAfterMs'];
  logger: RealtimeLogger | null;
  accessToken: (() => Promise<string | null>) | null;
  transport: WebSocketClass | null;
}

/** The options of the client's own manager. */
export function managerOptions(settings: ClientSettings): Extract<ManagerOptions, EndpointOptions> {
  const { endPoint, apikey, vsn, timeout, heartbeatIntervalMs, idleMs, logger, accessToken, transport } = settings;
  const others = Object.entries(settings.params).filter(([name]) => name !== 'apikey' && name !== 'vsn');
  const heartbeatIdleMs = within(heartbeatIntervalMs, 10, MOST_SILENT_MS);
  return {
    url: endPoint,
    apikey,
    vsn,
    params: Object.fromEntries(others.map(([name, value]) => [name, String(value)])),
    joinTimeoutMs: within(timeout, 10, MOST_TIMEOUT_MS),
    heartbeatIdleMs,
    keepAliveMs: heartbeatIdleMs,
    idleCloseMs: within(idleMs, 0, HOUR_MS),
    ...backoff(settings.reconnectAfterMs),
    ...(accessToken === null ? {} : { accessToken }),
    ...(transport === null ? {} : { transport }),
    ...(logger === null ? { logLevel: 'error' } : { logger: asLogger(logger), logLevel: 'info' }),
  };
}

function backoff(reconnectAfterMs: ClientSettings['reconnectAfterMs']): TuningOptions {
  if (reconnectAfterMs === undefined) return {};
  const base = within(reconnectAfterMs(1), 1, 60_000);
  const cap = within(reconnectAfterMs(100), base, HOUR_MS);
  return { backoffBaseMs: base, backoffCapMs: cap, backoffHiddenCapMs: cap };
}

function asLogger(
  logger: RealtimeLogger,
): Record<'info' | 'warn' | 'error', (message: string, detail?: unknown) => void> {
  const as = (kind: string) => (message: string, detail?: unknown) => {
    logger(kind, message, detail);
  };
  return { info: as('info'), warn: as('warn'), error: as('error') };
}
