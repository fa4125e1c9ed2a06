import { createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { reportingSocket } from '../../../web/cli/causes.js';
import { Recorder } from '../support/until.js';

/** A server that accepts, and never answers. */
async function silentUrl(): Promise<string> {
  const accepted = new Set<Socket>();
  const server = createServer((socket) => {
    accepted.add(socket.on('error', () => undefined));
  });
  onTestFinished(() => {
    for (const socket of accepted) socket.destroy();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

// The core closes a socket whose handshake takes too long, and says so itself.
it('a handshake that is given up is no failure with a cause, and neither is the failure before it', async () => {
  const reports: (string | null)[] = [];
  const closed = new Recorder<string>();
  const socket = new (reportingSocket((cause) => reports.push(cause)))(await silentUrl()) as WebSocket;
  socket.onclose = () => {
    closed.push('closed');
  };
  socket.close(1000);
  await closed.first('the end', () => true);
  expect(reports).toEqual([null]);
});
