import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

import pg from 'pg';
import { afterEach, expect, it } from 'vitest';

import { RestApi } from '../../../../web/backend/dist/rest/api.js';

const cleanUps: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** A server in the place of PostgreSQL that does this with each connection. */
async function listen(onConnection: (socket: Socket) => void): Promise<Server> {
  const server = createServer(onConnection).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

function apiAt(port: number): RestApi {
  const pool = new pg.Pool({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' });
  pool.on('error', () => undefined);
  cleanUps.push(() => pool.end());
  return new RestApi(pool);
}

const read = (api: RestApi) =>
  api.handle({
    method: 'GET',
    table: 'bookings',
    parameters: new URLSearchParams(),
    prefer: '',
    schema: 'public',
    single: false,
    body: undefined,
    claims: { role: 'anon' } as never,
  });

it.each([
  ['ends the connection', (socket: Socket) => socket.destroy()],
  ['ends it after the first message', (socket: Socket) => socket.once('data', () => socket.destroy())],
  ['resets it', (socket: Socket) => socket.once('data', () => socket.resetAndDestroy())],
])('a read while the database %s is answered with 503', async (_, onConnection) => {
  const server = await listen(onConnection);
  cleanUps.push(() => Promise.resolve(server.close()));
  expect(await read(apiAt(portOf(server)))).toMatchObject({ status: 503, body: { code: 'PGRST001' } });
});

it('a read while there is no database is answered with 503', async () => {
  const server = await listen(() => undefined);
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  expect(await read(apiAt(port))).toMatchObject({ status: 503, body: { code: 'PGRST001' } });
});

it('a fault of our own is not called a lost connection', async () => {
  const failing = { query: () => Promise.reject(new TypeError('it is not a function')) };
  await expect(read(new RestApi(failing as never))).rejects.toThrow('it is not a function');
});
