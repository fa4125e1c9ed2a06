import { createServer, type AddressInfo } from 'node:net';

/** A port that was free a moment ago. Given one, it is that or an error. */
export async function freePort(host: string, requested = 0): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(requested, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
