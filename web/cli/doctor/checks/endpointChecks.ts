import { WebSocket } from 'ws';
import { realtimeEndpoint } from '../../../core/checks/endpoint.js';
import { causeOf, handshakeFailure } from '../../causes.js';
import { claimsOf, keyProblem } from '../../keyShape.js';
import type { Finding } from '../finding.js';

export const PATIENCE_MS = 15_000;
const WEEK_S = 7 * 24 * 3_600;

/** Whether Realtime and REST can be reached and take the key. */
export async function checkEndpoint(url: string, apikey: string): Promise<Finding[]> {
  return [...checkToken('api key', apikey), ...(await checkRealtime(url, apikey)), ...(await checkRest(url, apikey))];
}

/** Checks the expiry; a token that is not a JWT has none. */
export function checkToken(subject: 'api key' | 'access token', token: string, now = Date.now() / 1_000): Finding[] {
  const claims = claimsOf(token);
  if (claims === null) {
    if (subject === 'api key') return ofNoKind(token);
    const why = 'The server refuses joins that carry it.';
    return [{ severity: 'error', check: 'token', subject, message: 'is no JWT', why, sql: [] }];
  }
  const left = typeof claims.exp === 'number' ? claims.exp - now : null;
  if (left === null || typeof claims.role !== 'string') {
    const why = 'The server needs both.';
    return [{ severity: 'error', check: 'token', subject, message: 'has no `exp` or no `role`', why, sql: [] }];
  }
  if (left <= 0) {
    const message = `expired ${Math.round(-left)} s ago`;
    return [{ severity: 'error', check: 'token', subject, message, why: 'The server refuses it.', sql: [] }];
  }
  if (subject === 'access token' || left > WEEK_S) return [];
  const message = `expires in ${Math.ceil(left / 3_600)} hours`;
  return [{ severity: 'warning', check: 'token', subject, message, why: 'Nothing connects after that.', sql: [] }];
}

/** An api key that is no JWT. */
function ofNoKind(apikey: string): Finding[] {
  const problem = keyProblem(apikey);
  if (problem === null) return [];
  const why = 'Supabase refuses it; a gateway of your own may take it.';
  return [{ severity: 'warning', check: 'apikey', subject: 'api key', message: problem, why, sql: [] }];
}

/** The role that the server uses: the token's if it names one, else the api key's, else `anon`. */
export function roleOf(token: string | null, apikey: string | null): string {
  for (const text of [token, apikey]) {
    const role = text === null ? null : claimsOf(text)?.role;
    if (typeof role === 'string' && role !== '') return role;
  }
  return 'anon';
}

async function checkRealtime(url: string, apikey: string): Promise<Finding[]> {
  const refusal = await handshake(socketUrl(url, apikey));
  if (refusal === null) return [];
  const isKey = refusal === 'HTTP 401';
  return [
    {
      severity: 'error',
      check: isKey ? 'apikey' : 'realtime',
      subject: 'endpoint',
      message: handshakeFailure(refusal),
      why: whyOf(refusal),
      sql: [],
    },
  ];
}

/** Of the project's websocket, or of the endpoint that `url` is. */
export function socketUrl(url: string, apikey: string): string {
  return `${realtimeEndpoint(url, null)}/websocket?apikey=${encodeURIComponent(apikey)}&vsn=2.0.0`;
}

const REASONS: Readonly<Record<string, string>> = {
  'HTTP 401': 'It does not take the api key: copy the project’s key.',
  'HTTP 403': 'Realtime is switched off for this project.',
  'HTTP 404': 'There is no such project, or the url is not that of a project.',
  'HTTP 429': 'Its limit of connections or joins is used up.',
};

function whyOf(cause: string): string {
  return REASONS[cause] ?? 'Nothing can connect: check the url, and any proxy or firewall in between.';
}

/** Null when the socket opens; else why not: `HTTP 404`, or as the network reports it. */
function handshake(target: string): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = new WebSocket(target, { handshakeTimeout: PATIENCE_MS });
    socket.on('open', () => {
      resolve(null);
      socket.close();
    });
    socket.on('error', (error) => {
      resolve(causeOf(error));
    });
  });
}

/** Only where `url` is the project's, which has REST under it too. */
async function checkRest(url: string, apikey: string): Promise<Finding[]> {
  if (!/^https?:/u.test(url)) return [];
  const base = url.replace(/\/+$/u, '');
  const finding = (message: string, why: string): Finding[] => [
    { severity: 'warning', check: 'rest', subject: 'endpoint', message, why, sql: [] },
  ];
  try {
    const response = await fetch(`${base}/rest/v1/`, { headers: { apikey }, signal: AbortSignal.timeout(PATIENCE_MS) });
    await response.body?.cancel();
    if (response.status !== 401 && response.status < 500) return [];
    return finding(`REST answers with HTTP ${response.status}`, 'Fetches after gaps fail.');
  } catch (error) {
    return finding(`REST could not be reached: ${causeOf(error)}`, 'Fetches after gaps fail.');
  }
}
