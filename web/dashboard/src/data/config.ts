import type { Road } from 'switchboard-realtime';

/** Where the data comes from; served beside the page. */
export type Config = {
  /** Realtime endpoint, ws: or wss:, without `/websocket`. */
  realtime: string;
  /** REST endpoint. */
  rest: string;
  apikey: string;
  /** Where the local backend's fault switches are; a real project has none. */
  lab?: string;
  /** How changes come to the page, unless its address says otherwise. By broadcasts, the database has to track the tables. Default: so. */
  via?: Road;
  /** Whether the windows of a browser share one line to the server, unless the page's address says otherwise (`?tabs=off`). Default: so. */
  tabs?: boolean;
  /** Numbers of the realtime manager that are not to be its defaults. */
  tuning?: Record<string, number>;
};

export async function loadConfig(): Promise<Config> {
  const response = await fetch('/config.json', { cache: 'no-store' });
  if (!response.ok) throw new Error(`config.json: HTTP ${response.status}`);
  const value: unknown = await response.json();
  if (!isConfig(value)) throw new Error('config.json must hold the texts realtime, rest and apikey');
  return value;
}

function isConfig(value: unknown): value is Config {
  if (typeof value !== 'object' || value === null) return false;
  const fields: Record<string, unknown> = { ...value };
  return ['realtime', 'rest', 'apikey'].every((name) => typeof fields[name] === 'string');
}
