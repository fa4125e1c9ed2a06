import { fastTiming, startBackend, type Backend } from 'switchboard-backend';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { RawClient } from '../support/rawClient.js';
import { OfficialClient } from '../support/officialClient.js';

let backend: Backend;
const clients: { close(): Promise<unknown> }[] = [];

beforeAll(async () => {
  backend = await startBackend({ seed: false, timing: fastTiming, limits: { payloadKb: 10 } });
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
});

afterAll(async () => {
  await backend.stop();
});

async function official(): Promise<OfficialClient> {
  const client = await OfficialClient.connect(backend);
  clients.push(client);
  return client;
}

async function raw(vsn: string): Promise<RawClient> {
  const client = await RawClient.open(`${backend.realtime}/websocket?apikey=${backend.anonKey}&vsn=${vsn}`);
  clients.push(client);
  return client;
}

/** A binary frame of version 2.0.0: the kind, the lengths of the texts, further bytes, the texts, the payload. */
function binary(kind: number, texts: string[], further: number[], payload: string): Buffer {
  const lengths = texts.map((text) => Buffer.byteLength(text));
  return Buffer.concat([Buffer.from([kind, ...lengths, ...further]), Buffer.from(texts.join('') + payload)]);
}

describe('the official client', () => {
  it('gets what others send, and its own only where it asks for it', async () => {
    const [sender, receiver] = [await official(), await official()];
    const sent = await sender.join('room', { broadcast: { self: true } });
    const got = await receiver.join('room');
    await sent.send({ type: 'broadcast', event: 'first', payload: { text: 'é' } });
    expect(await receiver.broadcasts(got, 1)).toEqual([{ type: 'broadcast', event: 'first', payload: { text: 'é' } }]);
    expect(await sender.broadcasts(sent, 1)).toHaveLength(1);
    await got.send({ type: 'broadcast', event: 'second', payload: {} });
    await sender.broadcasts(sent, 2);
    expect(receiver.received(got).broadcasts).toHaveLength(1);
  });

  it('sends bytes that arrive as bytes', async () => {
    const client = await official();
    const channel = await client.join('bytes', { broadcast: { self: true, ack: true } });
    const payload = new Uint8Array([0, 255, 7]).buffer;
    expect(await channel.send({ type: 'broadcast', event: 'e', payload: payload })).toBe('ok');
    const [message] = await client.broadcasts(channel, 1);
    expect(new Uint8Array(message?.payload as ArrayBuffer)).toEqual(new Uint8Array([0, 255, 7]));
  });

  it('is answered, with an error above the payload limit, where it asks for it', async () => {
    const client = await official();
    const channel = await client.join('ack', { broadcast: { self: true, ack: true } });
    const send = (length: number) =>
      channel.send({ type: 'broadcast', event: 'e', payload: { text: 'x'.repeat(length) } });
    expect(await send(11_000)).toBe('error');
    expect(await send(9_000)).toBe('ok');
    expect(await client.broadcasts(channel, 1)).toHaveLength(1);
  });

  it('keeps public and private channels of a name apart', async () => {
    const [open, closed] = [await official(), await OfficialClient.connect(backend, backend.serviceKey)];
    clients.push(closed);
    const one = await open.join('same', { broadcast: { self: true } });
    const two = await closed.join('same', { private: true, broadcast: { self: true } });
    await one.send({ type: 'broadcast', event: 'open', payload: {} });
    await two.send({ type: 'broadcast', event: 'closed', payload: {} });
    expect(await open.broadcasts(one, 1)).toMatchObject([{ event: 'open' }]);
    expect(await closed.broadcasts(two, 1)).toMatchObject([{ event: 'closed' }]);
  });
});

describe('binary frames', () => {
  const topic = 'realtime:wire';
  const join = JSON.stringify(['1', '1', topic, 'phx_join', { config: { broadcast: { self: true, ack: true } } }]);

  it.each([
    ['JSON', 1, '{"a":1}'],
    ['bytes', 0, 'abc'],
  ])('kind 3 with %s comes back as kind 4, and is answered as text', async (_name, encoding, payload) => {
    const client = await raw('2.0.0');
    client.send(join);
    await client.next();
    client.send(binary(3, ['1', '2', topic, 'ev', ''], [encoding], payload));
    expect(await client.next()).toEqual(binary(4, [topic, 'ev', ''], [encoding], payload));
    expect(await client.next()).toBe(JSON.stringify(['1', '2', topic, 'phx_reply', { status: 'ok', response: {} }]));
  });

  it('kind 0 comes back as kind 2', async () => {
    const client = await raw('2.0.0');
    client.send(join);
    await client.next();
    client.send(binary(0, ['1', '2', topic, 'broadcast'], [], 'abc'));
    expect(await client.next()).toEqual(binary(2, [topic, 'broadcast'], [], 'abc'));
  });

  it('reach a client of version 1.0.0 as JSON, or not at all when they are bytes', async () => {
    const [old, client] = [await raw('1.0.0'), await raw('2.0.0')];
    old.send(JSON.stringify({ topic, event: 'phx_join', payload: { config: {} }, ref: '1', join_ref: '1' }));
    await old.next();
    client.send(join);
    await client.next();
    client.send(binary(3, ['1', '2', topic, 'bytes', ''], [0], 'abc'));
    client.send(binary(3, ['1', '3', topic, 'json', ''], [1], '{"a": 1}'));
    expect(JSON.parse((await old.next()).toString())).toEqual({
      ref: null,
      event: 'broadcast',
      topic,
      payload: { type: 'broadcast', event: 'json', payload: { a: 1 } },
    });
  });

  it('count against the payload limit with their names', async () => {
    const client = await raw('2.0.0');
    client.send(join);
    await client.next();
    // 10 kB and 500 bytes, less the tuple around the payload and its event of 200 bytes.
    const most = 10_500 - (1 + 2 + 5 + 200 + 3 + 'json'.length + 5 + 5);
    const event = 'e'.repeat(200);
    client.send(binary(3, ['1', '2', topic, event, ''], [1], 'x'.repeat(most + 1)));
    expect((await client.next()).toString()).toContain('payload_size_exceeded');
    client.send(binary(3, ['1', '3', topic, event, ''], [1], 'x'.repeat(most)));
    expect(Buffer.isBuffer(await client.next())).toBe(true);
  });
});
