import type { RealtimeChannel } from '@supabase/realtime-js';
import { fastTiming, startBackend, type Backend } from 'switchboard-backend';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { ChannelClient } from '../support/channelClient.js';
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

/** A member of a topic as the official client sees it, with the events it was given. */
class Member {
  readonly client: OfficialClient;
  readonly channel: RealtimeChannel;
  readonly events: string[];

  private constructor(client: OfficialClient, channel: RealtimeChannel, events: string[]) {
    this.client = client;
    this.channel = channel;
    this.events = events;
  }

  static async join(topic: string, key: string): Promise<Member> {
    const client = await OfficialClient.connect(backend);
    clients.push(client);
    const events: string[] = [];
    const channel = await client.join(topic, { presence: { key, enabled: true } }, (prepared) => {
      prepared.on('presence', { event: 'join' }, ({ key: who }) => events.push(`join ${who}`));
      prepared.on('presence', { event: 'leave' }, ({ key: who }) => events.push(`leave ${who}`));
      prepared.on('presence', { event: 'sync' }, client.wake);
    });
    return new Member(client, channel, events);
  }

  /** What each key has tracked, without the server's references. */
  get present(): Record<string, unknown[]> {
    const entries = Object.entries(this.channel.presenceState());
    return Object.fromEntries(
      entries.map(([key, metas]) => [key, metas.map(({ presence_ref: _ref, ...payload }) => payload)]),
    );
  }

  async sees(expected: Record<string, unknown[]>): Promise<void> {
    await this.client.until(() => JSON.stringify(sorted(this.present)) === JSON.stringify(sorted(expected)));
  }
}

function sorted(state: Record<string, unknown[]>): [string, unknown[]][] {
  return Object.entries(state).sort(([a], [b]) => (a < b ? -1 : 1));
}

describe('the official client', () => {
  it('sees who is there when it joins, who comes, who changes and who goes', async () => {
    const ann = await Member.join('room', 'ann');
    expect(await ann.channel.track({ at: 1 })).toBe('ok');
    const bob = await Member.join('room', 'bob');
    await bob.sees({ ann: [{ at: 1 }] });
    expect(await bob.channel.track({ at: 2 })).toBe('ok');
    await ann.sees({ ann: [{ at: 1 }], bob: [{ at: 2 }] });
    expect(await bob.channel.track({ at: 3 })).toBe('ok');
    await ann.sees({ ann: [{ at: 1 }], bob: [{ at: 3 }] });
    expect(await bob.channel.untrack()).toBe('ok');
    await ann.sees({ ann: [{ at: 1 }] });
    expect(ann.events).toEqual(['join ann', 'join bob', 'join bob', 'leave bob', 'leave bob']);
  });

  it('sees two windows under one key, and one of them go with its socket', async () => {
    const [first, second, other] = [
      await Member.join('windows', 'ann'),
      await Member.join('windows', 'ann'),
      await Member.join('windows', 'bob'),
    ];
    await first.channel.track({ window: 1 });
    await second.channel.track({ window: 2 });
    await other.sees({ ann: [{ window: 1 }, { window: 2 }] });
    const [connection] = backend.faults.connections();
    if (connection !== undefined) backend.faults.drop({ connection });
    await other.sees({ ann: [{ window: 2 }] });
  });

  it('is present without asking for presence', async () => {
    const silent = await OfficialClient.connect(backend);
    clients.push(silent);
    const channel = await silent.join('silent', { presence: { key: 'silent' } });
    const seen = await Member.join('silent', 'ann');
    expect(await channel.track({ n: 1 })).toBe('ok');
    await seen.sees({ silent: [{ n: 1 }] });
  });
});

describe('references', () => {
  it('are new with each change and name the one before', async () => {
    const client = await ChannelClient.connect(backend);
    clients.push(client);
    const topic = 'realtime:refs';
    const join = await client.join(topic, { presence: { key: 'k', enabled: true } });
    const track = (n: number): string =>
      client.push(join, topic, 'presence', { type: 'presence', event: 'track', payload: { n } });
    const meta = { phx_ref: expect.any(String) as string, n: 1 };
    track(1);
    const { payload: first } = await client.event('presence_diff');
    expect(first).toEqual({ joins: { k: { metas: [meta] } }, leaves: {} });
    track(2);
    const { payload: second } = await client.event('presence_diff');
    const before = (first as { joins: { k: { metas: { phx_ref: string }[] } } }).joins.k.metas[0];
    expect(second).toEqual({
      joins: { k: { metas: [{ ...meta, n: 2, phx_ref_prev: before?.phx_ref }] } },
      leaves: { k: { metas: [before] } },
    });
  });
});

describe('limits', () => {
  const topic = 'realtime:limits';
  const call = (event: string, payload?: unknown): Record<string, unknown> => ({
    type: 'presence',
    event,
    ...(payload === undefined ? {} : { payload }),
  });

  async function joined(key: string, own = backend): Promise<{ client: ChannelClient; join: string }> {
    const client = await ChannelClient.connect(own);
    clients.push(client);
    return { client, join: await client.join(topic, { presence: { key, enabled: true } }) };
  }

  it('the sixth call in the window closes the channel, unchanged ones and untracks included', async () => {
    const { client, join } = await joined('six');
    const calls = [
      call('track', { n: 1 }),
      call('track', { n: 1 }),
      call('untrack'),
      call('track', { n: 2 }),
      call('untrack'),
    ];
    for (const payload of calls) {
      const ref = client.push(join, topic, 'presence', payload);
      expect(await client.reply(ref)).toEqual({ status: 'ok', response: {} });
    }
    client.push(join, topic, 'presence', call('untrack'));
    expect((await client.event('system')).payload).toMatchObject({ message: 'Client presence rate limit exceeded' });
    await client.event('phx_close');
  });

  it('calls that fail do not count', async () => {
    const { client, join } = await joined('fails');
    for (let i = 0; i < 6; i += 1) {
      const ref = client.push(join, topic, 'presence', call('track', 'no map'));
      expect(await client.reply(ref)).toEqual({
        status: 'error',
        response: { reason: 'Presence track payload must be a map' },
      });
      expect(await client.reply(client.push(join, topic, 'presence', call('wave')))).toMatchObject({ status: 'error' });
    }
    expect(await client.reply(client.push(join, topic, 'presence', call('track', {})))).toMatchObject({ status: 'ok' });
  });

  it('the window ends, and calls pass again', async () => {
    // A window that is over as soon as it begins.
    const quick = await startBackend({
      seed: false,
      timing: { ...fastTiming, presenceWindowMs: -1 },
      limits: { presenceCalls: 1 },
    });
    const { client, join } = await joined('window', quick);
    for (let n = 0; n < 3; n += 1) {
      const ref = client.push(join, topic, 'presence', call('track', { n }));
      expect(await client.reply(ref)).toMatchObject({ status: 'ok' });
    }
    await client.close();
    await quick.stop();
  });

  it('too many presence events of the project close a channel that sends one more', async () => {
    const busy = await startBackend({
      seed: false,
      timing: { ...fastTiming, rateTickMs: 20 },
      limits: { presenceCalls: 1000, presenceEventsPerSecond: 10 },
    });
    const { client, join } = await joined('busy', busy);
    const noise = setInterval(() => client.push(join, topic, 'presence', call('track', { at: Math.random() })), 2);
    expect((await client.event('system')).payload).toMatchObject({ message: 'Too many presence messages per second' });
    clearInterval(noise);
    await client.event('phx_close');
    await busy.stop();
  });
});
