import { randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { StepError } from '../lib/errors.mjs';

const timeoutMs = 10_000;

/**
 * Resolves when the dashboard, the realtime endpoint, REST and, where its address is known, PostgreSQL have answered.
 *
 * @param {import('./target.mjs').Target & { dashboard: string }} endpoints
 */
export async function probeAll({ dashboard, realtime, rest, postgres, apikey }) {
  await Promise.all([
    probe('dashboard', dashboard, async () => {
      await expectOk(await fetch(dashboard, { signal: AbortSignal.timeout(timeoutMs) }));
      await expectOk(await fetch(new URL('config.json', dashboard), { signal: AbortSignal.timeout(timeoutMs) }));
    }),
    probe('realtime', realtime, () =>
      openSocket(`${realtime}/websocket?apikey=${encodeURIComponent(apikey)}&vsn=2.0.0`),
    ),
    probe('rest', rest, async () => {
      const headers = { apikey, authorization: `Bearer ${apikey}` };
      await expectOk(
        await fetch(`${rest}/bookings?select=id&limit=1`, { headers, signal: AbortSignal.timeout(timeoutMs) }),
      );
    }),
    postgres === '' ? undefined : probe('postgres', postgres, () => query(postgres)),
  ]);
}

/**
 * @param {string} name
 * @param {string} url
 * @param {() => Promise<void>} ask
 */
async function probe(name, url, ask) {
  try {
    await ask();
  } catch (error) {
    throw new StepError(`${name} at ${url} does not answer: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/**
 * @param {Response} response
 */
async function expectOk(response) {
  const text = await response.text();
  if (!response.ok) throw new Error(`HTTP ${response.status} ${text.slice(0, 200)}`);
}

/**
 * Resolves when the server has accepted a websocket handshake; the socket is then dropped.
 *
 * @param {string} url ws: or wss:
 * @returns {Promise<void>}
 */
function openSocket(url) {
  const { protocol } = new URL(url);
  const request = (protocol === 'wss:' ? httpsRequest : httpRequest)(url.replace(/^ws/, 'http'), {
    headers: {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    },
    timeout: timeoutMs,
  });
  return new Promise((resolve, reject) => {
    request.once('upgrade', (_response, socket) => {
      socket.destroy();
      resolve();
    });
    request.once('response', (response) => {
      response.destroy();
      reject(new Error(`HTTP ${response.statusCode ?? '?'} instead of a websocket`));
    });
    request.once('timeout', () => request.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    request.once('error', reject);
    request.end();
  });
}

/**
 * @param {string} postgres
 */
async function query(postgres) {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: postgres, connectionTimeoutMillis: timeoutMs });
  await client.connect();
  try {
    await client.query('select 1');
  } finally {
    await client.end();
  }
}
