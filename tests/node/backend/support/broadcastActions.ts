import type { RecordedBackend } from './recordedBackend.js';
import type { Replay } from './replay.js';

type Answer = Promise<{ status: number; body: string }>;

/** What the recorder did besides sending frames in the scenario "broadcast". */
export function broadcastActions({ backend, sql }: RecordedBackend): Partial<Replay> {
  const post = async (
    path: string,
    body: string | Uint8Array<ArrayBuffer>,
    contentType: string,
    key: string,
  ): Answer => {
    const response = await fetch(backend.url + path, {
      method: 'POST',
      headers: { 'content-type': contentType, ...(key === '' ? {} : { apikey: key }) },
      body,
    });
    return { status: response.status, body: await response.text() };
  };
  const json = (path: string, body: unknown, key = backend.anonKey): Answer =>
    post(path, JSON.stringify(body), 'application/json', key);
  let single: Answer | undefined;
  let bytes: Answer | undefined;
  const notSent = (): Answer => Promise.reject(new Error('not sent'));
  return {
    http: [
      () => json('/api/broadcast', { messages: [{ topic: 'bc', event: 'http', payload: { h: 1 } }] }),
      () => json('/api/broadcast', { messages: [{ topic: 'bc', event: 'http', payload: { h: 1 } }] }, ''),
      async () => {
        const answer = await json('/api/broadcast', { messages: [{ topic: 'bc' }] });
        // What these bring about was recorded before their answers.
        single = json('/api/broadcast/bc/events/single', { s: 1 });
        const data = new Uint8Array([1, 2, 3]);
        bytes = single.then(() =>
          post('/api/broadcast/bc/events/singlebin', data, 'application/octet-stream', backend.anonKey),
        );
        return answer;
      },
      () => single ?? notSent(),
      () => bytes ?? notSent(),
    ],
    onNote: {
      'SQL realtime.send(payload, event, topic, private=true)': async () => {
        await sql.query(`select realtime.send('{"from":"db"}', 'dbev', 'priv-ok', true)`);
      },
      'SQL realtime.send(..., private=false) to public bc': async () => {
        await sql.query(`select realtime.send('{"from":"db"}', 'dbev', 'bc', false)`);
      },
      'SQL realtime.send_binary': async () => {
        await sql.query(`select realtime.send_binary('\\xdeadbeef', 'dbbin', 'priv-ok', true)`);
      },
    },
  };
}

/** The messages that were stored when the recording of vsn 2.0.0 began, after that of 1.0.0. */
export async function storeEarlierMessages({ sql }: RecordedBackend): Promise<void> {
  await sql.query('delete from realtime.messages');
  await sql.query(`select realtime.send('{"from":"db"}', 'dbev', 'priv-ok', true)`);
  await sql.query(`select realtime.send_binary('\\xdeadbeef', 'dbbin', 'priv-ok', true)`);
}
