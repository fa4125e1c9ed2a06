import { describe, expect, it } from 'vitest';
import { colonHint, parseSpan, readChannel } from '../../../web/cli/listen/channelOptions.js';
import { broadcastLine, channelGapLine, jsonText, presenceLines } from '../../../web/cli/listen/outputLines.js';
import { PlainText } from '../../../web/cli/listen/plainText.js';
import { localTime } from '../../../web/cli/plainTexts.js';
import { PayloadError, readPayload } from '../../../web/cli/send/payload.js';
import { styleOf } from '../../../web/cli/style.js';

const at = new Date('2026-11-22T10:11:12.345Z');
const time = localTime(at);
const room = { id: 2, name: 'room:7' };

describe('--channel of listen', () => {
  it.each([
    ['news', 'news', null],
    ['news:item', 'news', 'item'],
    ['news:*', 'news', null],
    ['room:7:', 'room:7', null],
    ['room:7:cursor', 'room:7', 'cursor'],
    [':', '', null],
  ])('%s is the channel %s and the event %s', (text, name, event) => {
    expect(readChannel(text)).toEqual({ name, event });
  });

  it('says how to name a channel whose name has a colon, where the event looks like a part of it', () => {
    expect(colonHint(readChannel('room:7'))).toContain('write --channel room:7:');
    for (const clear of ['room:7:', 'room:7:cursor', 'news', 'news:item']) {
      expect(colonHint(readChannel(clear))).toBeNull();
    }
  });
});

describe('--replay of listen', () => {
  it.each([
    ['90s', 90_000],
    ['10m', 600_000],
    ['1.5h', 5_400_000],
    ['3d', 259_200_000],
  ])('%s is %i ms', (text, ms) => {
    expect(parseSpan(text)).toBe(ms);
  });

  it.each(['', '10', 'm', '-1m', '0s', '1w', '10 m', '99999999d', '1e3s'])('refuses %s', (text) => {
    expect(() => parseSpan(text)).toThrow('a time span such as');
  });
});

describe('a line of a channel', () => {
  it('keeps every digit of a broadcast, and its id', () => {
    const message = { event: 'item', id: 'a1', replayed: true };
    const line = broadcastLine(at, room, '{"n":9007199254740993,"amount":150.00}', message);
    expect(jsonText(line)).toBe(
      '{"type":"broadcast","at":"2026-11-22T10:11:12.345Z","subscription":2,"channel":"room:7","event":"item","id":"a1",' +
        '"replayed":true,"payload":{"n":9007199254740993,"amount":150.00}}',
    );
  });

  it('has bytes in base64', () => {
    const line = broadcastLine(at, room, new Uint8Array([0, 1, 255]), { event: 'e', replayed: false });
    expect(line).toMatchObject({ id: null, payload: null, base64: 'AAH/' });
  });

  it('is one for each who came, changed or left', () => {
    const member = (key: string) => ({ key, payload: { name: key }, payloads: [{ name: key }] });
    const change = { members: [], joins: [member('a'), member('b')], updates: [member('c')], leaves: [member('d')] };
    const lines = presenceLines(at, room, change);
    expect(lines.map(({ change: kind, key }) => [kind, key])).toEqual([
      ['join', 'a'],
      ['join', 'b'],
      ['update', 'c'],
      ['leave', 'd'],
    ]);
    expect(lines[0]).toMatchObject({ type: 'presence', subscription: 2, channel: 'room:7', payload: { name: 'a' } });
  });

  it('says of a gap whether it was healed', () => {
    const gap = { from: at, to: new Date(at.getTime() + 1_000), code: 'CONNECTION_LOST' as const };
    expect(channelGapLine(at, 2, { ...gap, healed: true })).toMatchObject({ over: true, healed: true, gap: null });
    expect(channelGapLine(at, 2, { ...gap, healed: false }).message).toContain('may have been missed');
  });

  it('is readable for people', () => {
    const text = new PlainText(
      [{ table: 'clients' }],
      [readChannel('room:7:'), readChannel('news:item')],
      styleOf({ columns: 300 }, {}, 'never'),
    );
    expect(text.heading()).toBe('#1  public.clients\n#2  channel room:7\n#3  channel news  event item\n');
    const broadcast = (payload: string | Uint8Array, replayed: boolean): string =>
      text.textOf(broadcastLine(at, room, payload, { event: 'cur\u001bsor', replayed }));
    expect(broadcast('{"x":1.50}', false)).toBe(`${time}  #2 room:7  cur\\x1bsor  {"x":1.50}`);
    expect(broadcast(new Uint8Array(12), true)).toBe(`${time}  #2 room:7  cur\\x1bsor  (replayed)  12 bytes`);
    const [joined] = presenceLines(at, room, {
      members: [],
      joins: [{ key: 'ana', payload: { name: 'Ana' }, payloads: [{ name: 'Ana' }] }],
      updates: [],
      leaves: [],
    });
    expect(joined && text.textOf(joined)).toBe(`${time}  #2 room:7  JOIN  ana  {"name":"Ana"}`);
  });
});

describe('a payload of send', () => {
  it.each(['{"a":[1,2.50,-0.1,1e3,"é",null,true]}', '[]', '"text"', 'null', '9007199254740991'])('takes %s', (text) => {
    expect(readPayload(text)).toEqual(JSON.parse(text));
  });

  it.each([
    ['{', /^is no JSON: /u],
    ['', /^is no JSON: /u],
    ['{a:1}', /^is no JSON: /u],
    ['{"n":9007199254740993}', /9007199254740993, which would be rounded/u],
    ['[0.12345678901234567890]', /would be rounded/u],
  ])('refuses %s', (text, message) => {
    expect(() => readPayload(text)).toThrow(PayloadError);
    expect(() => readPayload(text)).toThrow(message);
  });
});
