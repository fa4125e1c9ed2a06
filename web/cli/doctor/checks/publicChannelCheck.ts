import { WebSocket } from 'ws';
import type { Finding } from '../finding.js';
import { PATIENCE_MS, socketUrl } from './endpointChecks.js';

/** A refused join is answered after 5 s. */
const JOIN_MS = 10_000;

/** Whether the project takes private channels only. It is a setting of the server, so a public channel is joined to find out. */
export async function checkPublicChannels(
  endpoint: { url: string; apikey: string } | null,
  topic: string,
): Promise<Finding> {
  const note = (message: string, why: string): Finding => ({
    ...{ severity: 'note', check: 'private_only', subject: 'endpoint' },
    ...{ message, why, sql: [] },
  });
  if (endpoint === null) {
    const why = 'It is a setting of the project, not of the database. With --url and --apikey it is tried.';
    return note('whether the project takes private channels only was not checked', why);
  }
  const answer = await joinPublicly(endpoint, topic);
  if (answer === 'ok') {
    const why = 'Without `private: true` no policy is asked: whoever has the api key may join, receive and send.';
    return note('the project takes public channels too', why);
  }
  if (answer.startsWith('PrivateOnly')) {
    const why = 'A channel without `private: true` is refused (PrivateOnly).';
    return note('the project takes private channels only', why);
  }
  return note(
    `a public channel could not be joined: ${answer}`,
    'So whether private ones are the only ones is not known.',
  );
}

/** Resolves with `ok`, or the reason why not. */
function joinPublicly({ url, apikey }: { url: string; apikey: string }, topic: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = new WebSocket(socketUrl(url, apikey), { handshakeTimeout: PATIENCE_MS });
    const end = (answer: string): void => {
      clearTimeout(timer);
      resolve(answer);
      socket.terminate();
    };
    const timer = setTimeout(() => {
      end('no answer');
    }, PATIENCE_MS + JOIN_MS);
    socket.on('open', () => {
      const config = { broadcast: {}, presence: {}, postgres_changes: [], private: false };
      socket.send(JSON.stringify(['1', '1', `realtime:${topic}`, 'phx_join', { config }]));
    });
    socket.on('message', (data: Buffer, isBinary) => {
      const answer = isBinary ? null : answerOf(data.toString());
      if (answer !== null) end(answer);
    });
    socket.on('error', ({ message }) => {
      end(message);
    });
    socket.on('close', () => {
      end('the server closed the connection');
    });
  });
}

/** Of the reply to the join; null for any other frame. */
function answerOf(text: string): string | null {
  const [, ref, , event, payload] = JSON.parse(text) as [unknown, unknown, unknown, unknown, JoinReply];
  if (ref !== '1' || event !== 'phx_reply') return null;
  return payload.status === 'ok' ? 'ok' : String(payload.response?.reason ?? payload.status);
}

interface JoinReply {
  status?: unknown;
  response?: { reason?: unknown };
}
