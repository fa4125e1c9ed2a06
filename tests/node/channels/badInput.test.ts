import { describe, expect, it } from 'vitest';
import { SwitchboardError, type ChannelOptions, type SendOptions } from '../../../web/core/index.js';
import { Bench } from '../support/scriptedEngine.js';

const nothing = (): void => undefined;
const key = (text: string): unknown => ({ presence: { key: text } });

function errorOf(call: () => unknown): SwitchboardError {
  try {
    call();
  } catch (error) {
    if (error instanceof SwitchboardError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('channel refuses at the call, by name and with the fix', () => {
  it.each<[string, unknown, unknown, string, string, RegExp]>([
    ['no name', undefined, {}, 'MISSING_OPTION', 'name', /name the channel/],
    ['an empty name', '', {}, 'INVALID_OPTION', 'name', /an empty string/],
    ['a name of blanks', '  ', {}, 'INVALID_OPTION', 'name', /must be text/],
    ['a name that is no text', 5, {}, 'INVALID_OPTION', 'name', /must be text, not 5/],
    ['a name above 255 bytes', 'a'.repeat(247), {}, 'INVALID_OPTION', 'name', /takes 247 bytes in UTF-8, and 246 are/],
    ['a name above 255 bytes by its letters', 'ü'.repeat(124), {}, 'INVALID_OPTION', 'name', /takes 248 bytes/],
    ['half of a letter', 'a\ud800', {}, 'INVALID_OPTION', 'name', /surrogate/],
    ['options that are none', 'a', 'private', 'INVALID_OPTION', 'options', /must be an object/],
    ['options that are null', 'a', null, 'INVALID_OPTION', 'options', /must be an object/],
    ['an unknown option', 'a', { privat: true }, 'UNKNOWN_OPTION', 'privat', /Did you mean `private`/],
    ['a flag that is none', 'a', { private: 'yes' }, 'INVALID_OPTION', 'private', /true or false, not "yes"/],
    ['self that is no flag', 'a', { self: 1 }, 'INVALID_OPTION', 'self', /true or false/],
    ['ack that is no flag', 'a', { ack: null }, 'INVALID_OPTION', 'ack', /true or false/],
    ['presence that is no flag', 'a', { presence: 'ana' }, 'INVALID_OPTION', 'presence', /must be an object/],
    ['an unknown option of presence', 'a', { presence: { keys: 'a' } }, 'UNKNOWN_OPTION', 'keys', /Did you mean `key`/],
    ['half of a letter in a key', 'a', key('a\ud800'), 'INVALID_OPTION', 'key', /surrogate/],
    ['an empty key', 'a', key(''), 'INVALID_OPTION', 'key', /makes up/],
    ['replay of a public channel', 'a', { replay: { since: 0 } }, 'INVALID_OPTION', 'replay', /add `private: true`/],
    ['replay without a time', 'a', { private: true, replay: {} }, 'MISSING_OPTION', 'since', /a Date or Unix ms/],
    [
      'replay since no time',
      'a',
      { private: true, replay: { since: new Date(NaN) } },
      'INVALID_OPTION',
      'since',
      /invalid Date/,
    ],
    ['replay since a text', 'a', { private: true, replay: { since: '10m' } }, 'INVALID_OPTION', 'since', /not "10m"/],
    ['replay before 1970', 'a', { private: true, replay: { since: -1 } }, 'INVALID_OPTION', 'since', /not -1/],
    [
      'replay of too many',
      'a',
      { private: true, replay: { since: 0, limit: 26 } },
      'INVALID_OPTION',
      'limit',
      /1 to 25, not 26/,
    ],
    ['a signal that is none', 'a', { signal: {} }, 'INVALID_OPTION', 'signal', /AbortSignal/],
    ['an owner that is none', 'a', { owner: 'me' }, 'INVALID_OPTION', 'owner', /object that it belongs to/],
  ])('%s', (_, name, options, code, option, message) => {
    const { manager } = new Bench();
    const error = errorOf(() => manager.channel(name as string, options as ChannelOptions));
    expect({ code: error.code, option: error.option }).toEqual({ code, option });
    expect(error.message).toMatch(message);
    expect([manager.status().channels, manager.stats().channels]).toEqual([[], 0]);
  });

  it('private and public handles of one name, for as long as one is open', () => {
    const { manager } = new Bench();
    const room = manager.channel('room');
    const refused = errorOf(() => manager.channel('room', { private: true }));
    expect(refused).toMatchObject({ code: 'CHANNEL_CONFLICT', option: 'private' });
    expect(refused.message).toMatch(/open as a public one, so it can't be opened as a private one/);
    room.close();
    manager.channel('room', { private: true });
    expect(errorOf(() => manager.channel('room'))).toMatchObject({ code: 'CHANNEL_CONFLICT' });
    expect(manager.channel('other').name).toBe('other');
  });

  it('takes a name of 246 bytes', () => {
    const { manager } = new Bench();
    expect(manager.channel('ü'.repeat(123)).name).toHaveLength(123);
  });
});

describe('a handle refuses at the call, by name and with the fix', () => {
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  const view = Uint8Array.of(1);
  const transferred = view.buffer;
  structuredClone(transferred, { transfer: [transferred] });

  it.each<[string, unknown, unknown, unknown, string, string, RegExp]>([
    ['no event', undefined, 1, {}, 'MISSING_OPTION', 'event', /name the event/],
    ['an empty event', '', 1, {}, 'INVALID_OPTION', 'event', /an empty string/],
    ['an event above 255 bytes', 'a'.repeat(256), 1, {}, 'INVALID_OPTION', 'event', /takes 256 bytes/],
    ['a payload of undefined', 'a', undefined, {}, 'INVALID_OPTION', 'payload', /it is undefined. Send null or {}/],
    ['a payload that is a function', 'a', nothing, {}, 'INVALID_OPTION', 'payload', /it is a function/],
    ['a payload in a circle', 'a', circle, {}, 'INVALID_OPTION', 'payload', /can't be JSON: .*circular/],
    ['a payload with a bigint', 'a', { n: 1n }, {}, 'INVALID_OPTION', 'payload', /can't be JSON: .*BigInt/],
    ['bytes above a frame', 'a', new Uint8Array(4_995_001), {}, 'PAYLOAD_TOO_LARGE', 'payload', /takes 4995001 bytes/],
    ['a text above a frame', 'a', 'ü'.repeat(2_500_000), {}, 'PAYLOAD_TOO_LARGE', 'payload', /send it in parts/],
    ['bytes that are gone', 'a', transferred, {}, 'INVALID_OPTION', 'payload', /was transferred/],
    ['a view of bytes that are gone', 'a', view, {}, 'INVALID_OPTION', 'payload', /was transferred/],
    ['an event that is no text, nor can be', Object.create(null), 1, {}, 'INVALID_OPTION', 'event', /must be text/],
    ['an unknown option', 'a', 1, { acknowledge: true }, 'UNKNOWN_OPTION', 'acknowledge', /It takes ack/],
    ['ack that is no flag', 'a', 1, { ack: 'yes' }, 'INVALID_OPTION', 'ack', /true or false/],
    ['a time out of range', 'a', 1, { timeoutMs: 5 }, 'INVALID_OPTION', 'timeoutMs', /from 100 to 3600000, not 5/],
    ['a pace without latest', 'a', 1, { everyMs: 50 }, 'INVALID_OPTION', 'everyMs', /add `latest: true`/],
    ['a pace out of range', 'a', 1, { latest: true, everyMs: 1 }, 'INVALID_OPTION', 'everyMs', /from 10 to 60000/],
    ['latest with ack', 'a', 1, { latest: true, ack: true }, 'INVALID_OPTION', 'ack', /drop `ack`/],
    ['persist on a public channel', 'a', 1, { persist: true }, 'INVALID_OPTION', 'persist', /Only messages of private/],
    ['persist that is no flag', 'a', 1, { persist: 60 }, 'INVALID_OPTION', 'persist', /must be an object/],
  ])('send: %s', async (_, event, payload, options, code, option, message) => {
    const bench = new Bench();
    const room = bench.manager.channel('room');
    const sent = room.send(event as string, payload, options as SendOptions);
    const error = await sent.then(
      () => null,
      (thrown: unknown) => thrown as SwitchboardError,
    );
    expect({ code: error?.code, option: error?.option }).toEqual({ code, option });
    expect(error?.message).toMatch(message);
    expect((await bench.open()).received.map(({ kind }) => kind)).toEqual(['openChannel']);
  });

  it('send: a time to keep it that is none', async () => {
    const room = new Bench().manager.channel('room', { private: true });
    const sent = room.send('a', 1, { persist: { ttlSeconds: 0 } });
    await expect(sent).rejects.toMatchObject({ code: 'INVALID_OPTION', option: 'ttlSeconds' });
    const missing = room.send('a', 1, { persist: {} as { ttlSeconds: number } });
    await expect(missing).rejects.toMatchObject({ code: 'MISSING_OPTION', option: 'ttlSeconds' });
  });

  it('send: bytes and persist over the old protocol', async () => {
    const room = new Bench({ vsn: '1.0.0' }).manager.channel('room', { private: true });
    for (const sent of [room.send('a', Uint8Array.of(1)), room.send('a', 1, { persist: true })]) {
      await expect(sent).rejects.toMatchObject({ code: 'INVALID_OPTION', option: 'vsn', message: /2\.0\.0/ });
    }
  });

  it.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /not undefined/],
    ['null', null, /not null/],
    ['a text', 'Ana', /not a string/],
    ['an array', [1], /not an array/],
    ['bytes', Uint8Array.of(1), /takes an object/],
    ['a date', new Date(0), /takes an object/],
    ['a circle', circle, /can't be JSON/],
    ['half of a letter', { name: 'a\ud83d' }, /surrogate/],
    ['half of a letter in a key', { 'a\\\udc00': 1 }, /surrogate/],
  ])('track: %s', (_, payload, message) => {
    const room = new Bench().manager.channel('room');
    const error = errorOf(() => {
      room.track(payload as object as Record<string, unknown>);
    });
    expect([error.code, error.option]).toEqual(['INVALID_OPTION', 'payload']);
    expect(error.message).toMatch(message);
  });

  it('but not what looks like half of a letter', () => {
    const room = new Bench().manager.channel('room');
    for (const text of ['\\ud800', 'a\\\\ud800', '\ud83d\ude00', '\ufffd']) {
      expect(() => {
        room.track({ text });
      }).not.toThrow();
    }
  });

  it('callbacks that are none', () => {
    const room = new Bench().manager.channel('room');
    const none = 'x' as unknown as () => void;
    for (const call of [() => room.on('a', none), () => room.onPresence(none), () => room.onStatus(none)]) {
      expect(errorOf(call)).toMatchObject({ code: 'INVALID_OPTION', option: 'callback' });
    }
    expect(errorOf(() => room.onGap(none))).toMatchObject({ code: 'INVALID_OPTION', option: 'callback' });
    expect(errorOf(() => room.on('', nothing))).toMatchObject({ code: 'INVALID_OPTION', option: 'event' });
  });
});
