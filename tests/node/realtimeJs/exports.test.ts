import * as reference from '@supabase/realtime-js';
import { createClient } from '@supabase/supabase-js';
import { describe, expect, it } from 'vitest';
import * as dropIn from 'switchboard-realtime-js';

const endpoint = 'wss://ref.supabase.co/realtime/v1';
const params = { apikey: 'anon' };
const transport = function transport() {
  // Is never called.
} as never;

describe('the package', () => {
  it('exports what realtime-js exports, and attach', () => {
    const added = Object.keys(dropIn).filter((name) => !(name in reference));
    expect(added).toEqual(['attach']);
    expect(Object.keys(reference).filter((name) => !(name in dropIn))).toEqual([]);
  });

  it.each([
    'REALTIME_LISTEN_TYPES',
    'REALTIME_POSTGRES_CHANGES_LISTEN_EVENT',
    'REALTIME_PRESENCE_LISTEN_EVENTS',
    'REALTIME_SUBSCRIBE_STATES',
    'REALTIME_CHANNEL_STATES',
  ] as const)('has the members of %s', (name) => {
    expect(dropIn[name]).toEqual(reference[name]);
  });

  it('has the methods of the classes of realtime-js, under the same names', () => {
    // Those that begin with an underscore are its own.
    const methods = ({ prototype }: { prototype: object }): string[] =>
      Object.entries(Object.getOwnPropertyDescriptors(prototype))
        .filter(([name, { value }]) => typeof value === 'function' && !name.startsWith('_'))
        .map(([name]) => name);
    for (const name of ['RealtimeClient', 'RealtimeChannel', 'RealtimePostgresFilterBuilder'] as const) {
      const ours = dropIn[name].prototype as unknown as Record<string, unknown>;
      const missing = methods(reference[name]).filter((method) => typeof ours[method] !== 'function');
      // A step of building a filter, not for applications.
      expect(missing.filter((method) => method !== 'add')).toEqual([]);
    }
  });
});

describe('a client', () => {
  it.each([
    { params },
    { params: { ...params, eventsPerSecond: 10, name: 'a b&c' } },
    { params, logLevel: 'info' as const },
    { params, log_level: 'warn' as const },
    { params, vsn: '1.0.0' },
  ])('has the address that realtime-js makes of %j', (options) => {
    const ours = new dropIn.RealtimeClient(endpoint, { ...options, transport });
    const theirs = new reference.RealtimeClient(endpoint, { ...options, transport });
    expect(ours.endpointURL()).toBe(theirs.endpointURL());
    expect(ours.endPoint).toBe(theirs.endPoint);
    expect(ours.httpEndpoint).toBe(theirs.httpEndpoint);
    expect(ours.channel('room').broadcastEndpointURL).toBe(theirs.channel('room').broadcastEndpointURL);
  });

  it('has the defaults of realtime-js', () => {
    const ours = new dropIn.RealtimeClient(endpoint, { params, transport });
    const theirs = new reference.RealtimeClient(endpoint, { params, transport });
    for (const name of ['timeout', 'heartbeatIntervalMs', 'vsn', 'apiKey', 'accessTokenValue', 'transport'] as const) {
      expect(ours[name], name).toBe(theirs[name]);
    }
    expect([1, 2, 3, 4, 5, 99].map(ours.reconnectAfterMs)).toEqual([1, 2, 3, 4, 5, 99].map(theirs.reconnectAfterMs));
    expect(ours.connectionState()).toBe('closed');
  });

  it.each([
    [undefined, 'API key is required to connect to Realtime'],
    [{ params: {} }, 'API key is required to connect to Realtime'],
    [{ params, vsn: '3.0.0' }, 'Unsupported serializer version: 3.0.0'],
  ])('refuses %j with the words of realtime-js', (options, message) => {
    const given = options === undefined ? undefined : { ...options, transport };
    expect(() => new dropIn.RealtimeClient(endpoint, given)).toThrow(message);
    expect(() => new reference.RealtimeClient(endpoint, given)).toThrow(message);
  });

  it('has one channel for a topic, with the options that it was made with', () => {
    const client = new dropIn.RealtimeClient(endpoint, { params, transport });
    const room = client.channel('room', { config: { private: true } });
    expect(client.channel('room')).toBe(room);
    expect(client.channel('room').params).toEqual(
      new reference.RealtimeClient(endpoint, { params, transport }).channel('room', { config: { private: true } })
        .params,
    );
    expect(client.getChannels()).toEqual([room]);
    expect(room.topic).toBe('realtime:room');
  });

  it('refuses replay on a public channel', () => {
    const client = new dropIn.RealtimeClient(endpoint, { params, transport });
    expect(() => client.channel('room', { config: { broadcast: { replay: { since: 0 } } } })).toThrow(
      "tried to use replay on public channel 'realtime:room'. It must be a private channel.",
    );
  });

  it('says that raw messages are not sent', () => {
    const client = new dropIn.RealtimeClient(endpoint, { params, transport });
    expect(() => client.push({ topic: 't', event: 'e', payload: {}, ref: '1' })).toThrow('use channel().send()');
  });
});

describe('attach', () => {
  const options = { realtime: { transport }, auth: { persistSession: false, autoRefreshToken: false } };

  it('gives a supabase-js client channels of its own', () => {
    const supabase = createClient('https://ref.supabase.co', 'anon', options);
    const theirs = supabase.realtime;
    const ours = dropIn.attach(supabase, { transport });
    expect(supabase.realtime).toBe(ours);
    expect(ours.endPoint).toBe(theirs.endPoint);
    expect(ours.accessToken).toBe(theirs.accessToken);
    expect(supabase.channel('room')).toBeInstanceOf(dropIn.RealtimeChannel);
    expect(supabase.getChannels()).toHaveLength(1);
  });

  it('refuses a client that has channels', () => {
    const supabase = createClient('https://ref.supabase.co', 'anon', options);
    supabase.channel('room');
    expect(() => dropIn.attach(supabase)).toThrow('Call it right after createClient');
  });
});
