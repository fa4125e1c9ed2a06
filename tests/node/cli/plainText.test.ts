import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { withoutSecrets } from '../../../web/cli/doctor/facts/secrets.js';
import { changeLine, type ConnectionLine, type StatusLine } from '../../../web/cli/listen/outputLines.js';
import { PlainText } from '../../../web/cli/listen/plainText.js';
import { localTime } from '../../../web/cli/plainTexts.js';
import { styleOf, wrapped } from '../../../web/cli/style.js';

const at = new Date('2026-11-22T10:11:12.345Z');
const plain = styleOf({}, {}, 'never');
const time = localTime(at);

const wide = styleOf({ columns: 300 }, {}, 'never');

function listing(style = wide): PlainText {
  return new PlainText(
    [
      { table: 'bookings', filter: 'id=eq.5' },
      { table: 'clients', schema: 'crm' },
    ],
    [],
    style,
  );
}

function change(type: string, rows: string, style = wide): string {
  const text = `{"data":{"schema":"crm","table":"clients","type":"${type}","commit_timestamp":"","columns":[],${rows},"errors":null},"ids":[1]}`;
  return listing(style).textOf(changeLine(at, 2, text));
}

function connection(state: ConnectionLine['state'], rest: Partial<ConnectionLine> = {}): ConnectionLine {
  return {
    ...{ type: 'connection', at: at.toISOString(), state, connection: 1 },
    ...{ code: 'OK', message: '', nextRetryAt: null, ...rest },
  };
}

describe('the lines of listen for a person', () => {
  it('say first what the numbers stand for', () => {
    expect(listing().heading()).toBe('#1  public.bookings  id=eq.5\n#2  crm.clients\n');
  });

  it('show the columns of a row that came or went', () => {
    expect(change('INSERT', '"record":{"id":1.50,"name":"Ann"}')).toBe(
      `${time}  #2 clients  INSERT  id=1.50 name="Ann"`,
    );
    expect(change('DELETE', '"old_record":{"id":7}')).toBe(`${time}  #2 clients  DELETE  id=7`);
  });

  it('show of an UPDATE what changed', () => {
    const whole = change('UPDATE', '"record":{"id":7,"name":"Ann","n":2},"old_record":{"id":7,"name":"Al","n":2}');
    expect(whole).toBe(`${time}  #2 clients  UPDATE  id=7  name: "Al" → "Ann"`);
    const keyOnly = change('UPDATE', '"record":{"id":7,"name":"Ann"},"old_record":{"id":7}');
    expect(keyOnly).toBe(`${time}  #2 clients  UPDATE  id=7 name="Ann"`);
    const long = 'x'.repeat(500);
    const cut = change('UPDATE', `"record":{"id":7,"t":"${long}y"},"old_record":{"id":7,"t":"${long}z"}`);
    expect(cut).toMatch(/t: "x{58}… → "x{58}…$/mu);
  });

  it('give the cause of a failed connection once, not again for each table on it', () => {
    const lines = listing();
    const cause = { code: 'CONNECT_FAILED', message: 'The server could not be reached: connect ECONNREFUSED' } as const;
    const status = (message: string): StatusLine => ({
      ...{ type: 'status', at: at.toISOString(), subscription: 2, status: 'CHANNEL_ERROR', code: cause.code, message },
    });
    expect(lines.textOf(connection('backoff', cause))).toContain('ECONNREFUSED');
    expect(lines.textOf(status(cause.message))).toBe(`${time}  #2 clients  CHANNEL_ERROR  CONNECT_FAILED`);
    expect(lines.textOf(status('Something else.'))).toContain('CONNECT_FAILED: Something else.');
  });

  it('fit into the width', () => {
    const row = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`column${n}`, n * 1_000]));
    const lines = change('INSERT', `"record":${JSON.stringify(row)}`, plain).split('\n');
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    for (const line of lines.slice(1)) expect(line).toMatch(/^ {4}\S/u);
  });

  it('hold no control characters, whatever the server sends', () => {
    const line: StatusLine = {
      ...{ type: 'status', at: at.toISOString(), subscription: 1, status: 'CHANNEL_ERROR' },
      ...{ code: 'SERVER_ERROR', message: 'a\u001b[2Jb\u0007\n\u009b' },
    };
    expect(listing().textOf(line)).toBe(`${time}  #1 bookings  CHANNEL_ERROR  SERVER_ERROR: a\\x1b[2Jb\\x07\\x0a\\x9b`);
    expect(change('INSERT', String.raw`"record":{"a\u001b[0m":"\u001b]0;x\u0007"}`)).not.toMatch(/\p{Cc}/u);
  });

  it('give each failed try one line, with the time of the next', () => {
    const text = listing();
    const next = new Date(at.getTime() + 3_000);
    const lost = connection('backoff', { code: 'CONNECT_FAILED', message: 'no', nextRetryAt: next.toISOString() });
    expect([connection('connecting'), lost, connection('connecting'), lost].map((line) => text.textOf(line))).toEqual([
      `${time}  connection 1  connecting`,
      `${time}  connection 1  backoff  CONNECT_FAILED: no  next try at ${localTime(next)}`,
      '',
      `${time}  connection 1  backoff  CONNECT_FAILED: no  next try at ${localTime(next)}`,
    ]);
  });

  it.each([
    ['Europe/Berlin', '11:11:12.345+01:00'],
    ['America/St_Johns', '06:41:12.345-03:30'],
    ['UTC', '10:11:12.345+00:00'],
  ])('show the time in %s', (zone, text) => {
    vi.stubEnv('TZ', zone);
    expect(localTime(at)).toBe(text);
    vi.unstubAllEnvs();
  });
});

describe('colours', () => {
  const painted = (...call: Parameters<typeof styleOf>): boolean => styleOf(...call).paint('red', 'x') !== 'x';
  const terminal = { isTTY: true };

  it.each([
    ['on a terminal', terminal, {}, 'auto', true],
    ['not in a pipe', {}, {}, 'auto', false],
    ['not with NO_COLOR', terminal, { NO_COLOR: '1' }, 'auto', false],
    ['with an empty NO_COLOR', terminal, { NO_COLOR: '' }, 'auto', true],
    ['not on a dumb terminal', terminal, { TERM: 'dumb' }, 'auto', false],
    ['in a pipe with FORCE_COLOR', {}, { FORCE_COLOR: '1' }, 'auto', true],
    ['not with FORCE_COLOR=0', terminal, { FORCE_COLOR: '0' }, 'auto', false],
    ['with --color=always whatever else is said', {}, { NO_COLOR: '1', TERM: 'dumb' }, 'always', true],
    ['not with --color=never', terminal, { FORCE_COLOR: '1' }, 'never', false],
  ] as const)('are used %s', (_, screen, env, choice, expected) => {
    expect(painted(screen, env, choice)).toBe(expected);
  });

  it('take no room', () => {
    const style = styleOf({ columns: 20 }, {}, 'always');
    const text = wrapped(`${style.paint('red', 'four')} four four four four`, style.width, '');
    expect(text.split('\n').map((line) => stripVTControlCharacters(line))).toEqual(['four four four four', 'four']);
  });
});

describe('a password', () => {
  it.each([
    ['p', 'it ended unexpectedly; p', 'it ended unexpectedly; <password>'],
    ['password', 'password failed', '<password> failed'],
    ['s3cr%40t', 'no host s3cr@t or s3cr%40t', 'no host <password> or <password>'],
    ['a@bc', 'getaddrinfo ENOTFOUND bc', 'getaddrinfo ENOTFOUND <password>'],
    ['(.*', 'all (.* is text', 'all <password> is text'],
  ])('%s is taken out of messages, and nothing else is', (password, text, expected) => {
    expect(withoutSecrets(text, `postgres://me:${password}@host/db`)).toBe(expected);
  });
});
