import type { Backend } from 'switchboard-backend';
import WebSocket from 'ws';
import { rooms, type RoomName } from './rooms.js';

/** What is tracked on a topic, each payload as JSON with its members in order, by key. */
export type Present = ReadonlyMap<string, readonly string[]>;

const ANSWER_MS = 10_000;

/** Reads who is present from the server itself: on a socket of its own, past the proxy, that joins and goes. */
export async function askServer(backend: Backend, room: RoomName): Promise<Present> {
  const socket = new WebSocket(`${backend.realtime}/websocket?apikey=${backend.serviceKey}&vsn=2.0.0`);
  try {
    return await new Promise<Present>((resolve, reject) => {
      setTimeout(reject, ANSWER_MS, new Error('the server does not say who is present')).unref();
      socket.on('error', reject);
      socket.on('close', () => {
        reject(new Error('the server has closed the socket that asks who is present'));
      });
      socket.on('open', () => {
        const config = { private: rooms[room].isPrivate, presence: { enabled: true } };
        const token = rooms[room].isPrivate ? backend.signToken() : Promise.resolve(backend.anonKey);
        void token.then((accessToken) => {
          socket.send(
            JSON.stringify(['1', '1', `realtime:${room}`, 'phx_join', { config, access_token: accessToken }]),
          );
        });
      });
      socket.on('message', (data: Buffer, isBinary) => {
        if (isBinary) return;
        const [, , , event, payload] = JSON.parse(data.toString()) as [unknown, unknown, string, string, object];
        if (event === 'presence_state') resolve(readState(payload as State));
      });
    });
  } finally {
    socket.on('error', () => undefined);
    socket.close();
  }
}

type State = Record<string, { metas: Record<string, unknown>[] }>;

function readState(state: State): Present {
  return new Map(
    Object.entries(state).map(([key, { metas }]) => [
      key,
      metas.map(({ phx_ref: _, phx_ref_prev: __, ...payload }) => sortedJson(payload)),
    ]),
  );
}

export function sortedJson(payload: object): string {
  return JSON.stringify(Object.fromEntries(Object.entries(payload).sort(([a], [b]) => (a < b ? -1 : 1))));
}
