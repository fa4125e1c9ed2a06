import { UsageError } from '../lib/errors.mjs';

/**
 * Where the dashboard's data lives.
 *
 * @typedef {object} Target
 * @property {string} realtime websocket endpoint, without `/websocket`
 * @property {string} rest
 * @property {string} postgres a connection string; empty when it is not ours to know
 * @property {string} apikey
 * @property {string} [lab] where the demo's fault switches are; a project of one's own has none
 */

/** @typedef {'broadcast' | 'postgres_changes'} Road how changes come */

/**
 * How changes come to the dashboard: as the flag says, else by broadcasts from the backend and by postgres_changes from a
 * project, which need not track its tables.
 *
 * @param {string | undefined} flag
 * @param {Target | undefined} project
 * @returns {Road}
 */
export function roadOf(flag, project) {
  if (flag === undefined) return project === undefined ? 'broadcast' : 'postgres_changes';
  if (flag === 'broadcast' || flag === 'postgres_changes') return flag;
  throw new UsageError(`--via takes broadcast or postgres_changes, not ${JSON.stringify(flag)}`);
}

/**
 * The Supabase project that the environment names, or undefined when it names none.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {Target | undefined}
 */
export function supabaseTarget({ SUPABASE_URL: url = '', SUPABASE_ANON_KEY: apikey = '' }) {
  if (url === '' && apikey === '') return undefined;
  if (url === '') throw new UsageError('SUPABASE_ANON_KEY is set but SUPABASE_URL is not; set both, or neither');
  if (apikey === '') throw new UsageError('SUPABASE_URL is set but SUPABASE_ANON_KEY is not; set both, or neither');
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new UsageError(`SUPABASE_URL is not an http or https URL: ${url}`);
  }
  const base = url.replace(/\/+$/, '');
  return { realtime: `${base.replace(/^http/, 'ws')}/realtime/v1`, rest: `${base}/rest/v1`, postgres: '', apikey };
}

/**
 * The dashboard's port: the flag, else PORT, else 0 for any free one.
 *
 * @param {string | undefined} flag
 * @param {NodeJS.ProcessEnv} env
 */
export function dashboardPort(flag, { PORT = '' }) {
  const [name, text] = flag !== undefined ? ['--port', flag] : ['PORT', PORT === '' ? '0' : PORT];
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new UsageError(`${name} must be a port number from 0 to 65535, not ${JSON.stringify(text)}`);
  return port;
}
