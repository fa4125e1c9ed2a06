import * as reference from '@supabase/realtime-js';
import * as dropIn from 'switchboard-realtime-js';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { ScriptedManager } from './support/scriptedManager.js';

const endpoint = 'wss://ref.supabase.co/realtime/v1';
let manager: ScriptedManager;
const transport = function transport() {
  // Is never called.
} as never;

beforeEach(() => {
  manager = new ScriptedManager();
});

function makeClient(options: Partial<dropIn.RealtimeClientOptions> = {}): dropIn.RealtimeClient {
  const settings = { params: { apikey: 'anon' }, transport, manager: manager.asManager, logger: () => undefined };
  return new dropIn.RealtimeClient(endpoint, { ...settings, ...options });
}

/** What a request was, without its signal. */
interface Request {
  url: string;
  init: Record<string, unknown>;
}

function recorder(answer: () => Response): { fetch: typeof fetch; requests: Request[] } {
  const requests: Request[] = [];
  return {
    requests,
    fetch: (url, init) => {
      const { signal: _signal, ...rest } = (init ?? {}) as Record<string, unknown>;
      requests.push({ url: url as string, init: rest });
      return Promise.resolve(answer());
    },
  };
}

type AnyChannel = Pick<dropIn.RealtimeChannel, 'httpSend' | 'send'>;

/** Does the same with a channel of ours and one of realtime-js. */
async function both(
  answer: () => Response,
  config: dropIn.RealtimeChannelOptions['config'],
  act: (channel: AnyChannel) => Promise<unknown>,
): Promise<[ours: unknown, theirs: unknown]> {
  const results: unknown[] = [];
  for (const Client of [dropIn.RealtimeClient, reference.RealtimeClient]) {
    const { fetch, requests } = recorder(answer);
    const params = { apikey: 'anon' };
    const client = new Client(endpoint, { params, transport, fetch, logger: () => undefined }) as dropIn.RealtimeClient;
    await client.setAuth('a token');
    const channel = client.channel('room:ä/b', { config });
    const outcome = await act(channel).catch((error: unknown) => error);
    results.push({ requests, outcome: outcome instanceof Error ? 'rejected' : outcome });
  }
  return results as [unknown, unknown];
}

const accepted = (): Response => new Response(null, { status: 202 });

describe('over HTTP the requests are those of realtime-js', () => {
  const bytes = new Uint8Array([1, 2, 3]);
  const cases: [
    name: string,
    answer: () => Response,
    isPrivate: boolean,
    act: (channel: AnyChannel) => Promise<unknown>,
  ][] = [
    ['httpSend', accepted, false, (channel) => channel.httpSend('an event/x', { a: 1 })],
    ['httpSend, private', accepted, true, (channel) => channel.httpSend('e', [1])],
    ['httpSend, kept', accepted, true, (channel) => channel.httpSend('e', 0, { persist: true })],
    ['httpSend, kept for a time', accepted, true, (channel) => channel.httpSend('e', 0, { persist: { ttl: 60 } })],
    ['httpSend, kept on a public channel', accepted, false, (channel) => channel.httpSend('e', 0, { persist: true })],
    ['httpSend of bytes', accepted, false, (channel) => channel.httpSend('e', bytes)],
    ['httpSend of a buffer', accepted, false, (channel) => channel.httpSend('e', bytes.buffer)],
    ['httpSend of nothing', accepted, false, (channel) => channel.httpSend('e', null)],
    ['httpSend, refused', () => new Response('{"error":"no"}', { status: 422 }), false, (c) => c.httpSend('e', 1)],
    ['httpSend, not known', () => new Response(null, { status: 404 }), false, (c) => c.httpSend('e', 1)],
    ['send', accepted, true, (c) => c.send({ type: 'broadcast', event: 'e', payload: { a: 'ä' } })],
    ['send without payload', accepted, false, (c) => c.send({ type: 'broadcast', event: 'e' })],
    [
      'send, refused',
      () => new Response(null, { status: 401 }),
      false,
      (c) => c.send({ type: 'broadcast', event: 'e' }),
    ],
    ['send, kept', accepted, true, (c) => c.send({ type: 'broadcast', event: 'e', payload: 1, persist: true })],
    [
      'send, kept, public',
      accepted,
      false,
      (c) => c.send({ type: 'broadcast', event: 'e', payload: 1, persist: true }),
    ],
  ];

  it.each(cases)('%s', async (_name, answer, isPrivate, act) => {
    const [ours, theirs] = await both(answer, { private: isPrivate }, act);
    expect(ours).toEqual(theirs);
  });

  it.each([
    ['{"error":"too large"}', 'too large'],
    ['{"message":"no right"}', 'no right'],
  ])('httpSend rejects with the words of the server: %s', async (body, words) => {
    const { fetch } = recorder(() => new Response(body, { status: 403 }));
    await expect(makeClient({ fetch }).channel('room').httpSend('e', 1)).rejects.toThrow(words);
  });

  it.each([
    ['..', 'e'],
    ['room', '.'],
  ])('httpSend to the topic %s with the event %s asks the endpoint for several', async (topic, event) => {
    const { fetch, requests } = recorder(accepted);
    const channel = makeClient({ fetch }).channel(topic, { config: { private: true } });
    expect(await channel.httpSend(event, { a: 1 })).toEqual({ success: true });
    expect(requests.map(({ url, init }) => [url, init['body']])).toEqual([
      [
        'https://ref.supabase.co/realtime/v1/api/broadcast?apikey=anon&vsn=2.0.0',
        JSON.stringify({ messages: [{ topic, event, payload: { a: 1 }, private: true }] }),
      ],
    ]);
    await expect(channel.httpSend(event, new Uint8Array([1]))).rejects.toThrow(/takes JSON without/);
    await expect(channel.httpSend(event, 1, { persist: true })).rejects.toThrow(/takes JSON without/);
    expect(requests).toHaveLength(1);
  });

  it('httpSend to a name of dots rejects with the words of the server', async () => {
    const { fetch } = recorder(() => new Response('{"message":"too fast"}', { status: 429 }));
    await expect(makeClient({ fetch }).channel('..').httpSend('e', {})).rejects.toThrow('too fast');
  });

  it('httpSend says what a 404 means', async () => {
    const { fetch } = recorder(() => new Response(null, { status: 404 }));
    const sending = makeClient({ fetch }).channel('room').httpSend('e', 1);
    await expect(sending).rejects.toThrow(/requires Realtime server v2\.97\.0 or newer/);
  });

  it('a send that takes too long is timed out', async () => {
    const fetch = (_url: unknown, init?: RequestInit): Promise<Response> =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => {
          reject(new DOMException('aborted', 'AbortError'));
        });
      });
    const channel = makeClient({ fetch: fetch }).channel('room');
    expect(await channel.send({ type: 'broadcast', event: 'e' }, { timeout: 1 })).toBe('timed out');
  });
});

describe('send of a channel that is subscribed', () => {
  it('waits for the join instead of falling back to HTTP', async () => {
    const { fetch, requests } = recorder(accepted);
    const channel = makeClient({ fetch })
      .channel('room', { config: { broadcast: { ack: true } } })
      .subscribe();
    let sent: () => void = () => undefined;
    manager.handle.answer = () => new Promise((resolve) => (sent = resolve));
    const sending = channel.send({ type: 'broadcast', event: 'e', payload: { a: 1 } }, { timeout: 500 });
    expect(manager.handle.sent).toEqual([
      { event: 'e', payload: { a: 1 }, settings: { ack: true, timeoutMs: 500, persist: false } },
    ]);
    sent();
    expect(await sending).toBe('ok');
    expect(requests).toEqual([]);
  });

  it('goes over HTTP at once with `restFallback`, until it is joined', async () => {
    const { fetch, requests } = recorder(accepted);
    const channel = makeClient({ fetch, restFallback: true }).channel('room').subscribe();
    expect(await channel.send({ type: 'broadcast', event: 'e', payload: 1 })).toBe('ok');
    expect(requests).toHaveLength(1);
    manager.handle.become('live');
    await channel.send({ type: 'broadcast', event: 'e', payload: 1 });
    expect(requests).toHaveLength(1);
    expect(manager.handle.sent).toHaveLength(1);
  });

  it('falls back to HTTP with bytes too', async () => {
    const { fetch, requests } = recorder(accepted);
    const channel = makeClient({ fetch, restFallback: true }).channel('room');
    expect(await channel.send({ type: 'broadcast', event: 'e', payload: Uint8Array.of(1, 2) })).toBe('ok');
    expect(requests.map(({ init }) => init.body)).toEqual([Uint8Array.of(1, 2)]);
  });

  it('answers with error where the payload for HTTP can not be JSON', async () => {
    const { fetch, requests } = recorder(accepted);
    const channel = makeClient({ fetch, restFallback: true }).channel('room');
    expect(await channel.send({ type: 'broadcast', event: 'e', payload: { n: 1n } })).toBe('error');
    expect(requests).toEqual([]);
  });

  it.each([
    ['SEND_TIMED_OUT', undefined, 'timed out'],
    ['SEND_REFUSED', undefined, 'error'],
    ['SEND_REFUSED', true, 'the reason'],
    ['SEND_LOST', undefined, 'error'],
    ['SEND_QUEUE_FULL', undefined, 'error'],
    ['PAYLOAD_TOO_LARGE', undefined, 'error'],
  ])('answers %s (persist %s) with %s, and logs the reason', async (code, persist, answer) => {
    const logger = vi.fn();
    const channel = makeClient({ logger })
      .channel('room', { config: { private: true } })
      .subscribe();
    manager.handle.answer = () => Promise.reject(Object.assign(new Error('the reason'), { code }));
    const message = { type: 'broadcast' as const, event: 'e', payload: 1 };
    expect(await channel.send(persist === undefined ? message : { ...message, persist })).toBe(answer);
    expect(logger).toHaveBeenCalledWith('channel', 'the reason', undefined);
  });

  it('sends an empty object where there is no payload, as realtime-js does', async () => {
    await makeClient().channel('room').subscribe().send({ type: 'broadcast', event: 'e' });
    expect(manager.handle.sent[0]?.payload).toEqual({});
  });

  it('hands on how long a message is kept', async () => {
    const channel = makeClient()
      .channel('room', { config: { private: true } })
      .subscribe();
    await channel.send({ type: 'broadcast', event: 'e', payload: 1, persist: { ttl: 60 } });
    await channel.send({ type: 'broadcast', event: 'e', payload: 1, persist: true });
    expect(manager.handle.sent.map(({ settings }) => (settings as { persist: unknown }).persist)).toEqual([
      { ttlSeconds: 60 },
      true,
    ]);
  });
});
