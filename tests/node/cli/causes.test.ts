import { createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { causeOf, handshakeFailure, reportingSocket } from '../../../web/cli/causes.js';
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

it.each([
  ['connect ECONNREFUSED 127.0.0.1:1', 'The server could not be reached: connect ECONNREFUSED 127.0.0.1:1'],
  ['HTTP 200', 'A web server answers with HTTP 200, but it is not Realtime: check the url'],
  ['HTTP 301', 'A web server answers with HTTP 301, but it is not Realtime: check the url'],
  ['HTTP 404', 'There is no Realtime at this url: HTTP 404'],
  ['HTTP 403', 'The server refused the connection: HTTP 403'],
  ['HTTP 500', 'The server refused the connection: HTTP 500'],
  ...['502', '503', '504', '521', '530'].map((status) => [
    `HTTP ${status}`,
    `Realtime could not be reached: what is in front of it answers with HTTP ${status}`,
  ]),
])('a handshake that failed with %s is explained', (cause, words) => {
  expect(handshakeFailure(cause)).toBe(words);
});

it('a port that fetch refuses is named in a sentence', async () => {
  const error: unknown = await fetch('http://127.0.0.1:1/').catch((reason: unknown) => reason);
  expect(causeOf(error)).toBe('HTTP is not spoken at this port (bad port)');
});
