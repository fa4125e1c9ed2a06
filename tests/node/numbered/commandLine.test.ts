import { describe, expect, it } from 'vitest';
import { listenCommand, type ListenOptions } from '../../../web/cli/listen/listenOptions.js';
import { changeLine, gapLine, jsonText, type StatusLine } from '../../../web/cli/listen/outputLines.js';
import { PlainText } from '../../../web/cli/listen/plainText.js';
import { styleOf } from '../../../web/cli/style.js';
import { gapReport } from '../support/gapReports.js';

const at = new Date('2026-11-22T10:11:12.345Z');
const where = ['--url', 'https://ref.supabase.co', '--apikey', 'anon'];

/** What the command would run, or the error that it ends with. */
async function parsed(...args: string[]): Promise<ListenOptions | string> {
  const run: ListenOptions[] = [];
  let said = '';
  const command = listenCommand((given) => {
    run.push(given);
    return Promise.resolve();
  });
  command.exitOverride().configureOutput({ writeErr: (text) => (said += text) });
  try {
    await command.parseAsync([...where, ...args], { from: 'user' });
  } catch {
    return said.trim();
  }
  return run[0] ?? said;
}

describe('listen --track', () => {
  it('names tracked tables, with their columns and topics', async () => {
    const tables = ['--table', 'a', '--table', 'b', '--table', 'c:id=eq.1', '--table', 'd'];
    const tracked = ['--track', 'a=id', '--track', 'b', '--track', 'c=shop_id@shop', '--track', 'd@all'];
    expect(await parsed(...tables, ...tracked)).toMatchObject({
      tables: { a: { by: 'id' }, b: {}, c: { by: 'shop_id', topic: 'shop' }, d: { topic: 'all' } },
    });
    expect(await parsed('--table', 'a', '--track', 'a', '--schema', 'audit')).toMatchObject({
      tables: { a: { schema: 'audit' } },
    });
    expect(await parsed('--table', 'a')).toMatchObject({ tables: {} });
  });

  it('takes a number to continue after, and a road', async () => {
    const track = ['--table', 'a', '--track', 'a=id'];
    expect(await parsed(...track, '--from', '41')).toMatchObject({ subscriptions: [{ from: { number: 41 } }] });
    expect(await parsed(...track, '--from', '9f3c01ab77e2:41', '--via', 'broadcast')).toMatchObject({
      subscriptions: [{ table: 'a', from: { number: 41, epoch: '9f3c01ab77e2' }, via: 'broadcast' }],
    });
    expect(await parsed('--table', 'a', '--via', 'postgres_changes')).toMatchObject({
      subscriptions: [{ via: 'postgres_changes' }],
    });
  });

  const refused: [string, string[], RegExp][] = [
    ['a tracked table that is not listened to', ['--table', 'a', '--track', 'b=id'], /--track b needs --table b/],
    ['no table', ['--table', 'a', '--track', '=id'], /table=column@topic/],
    ['an empty column', ['--table', 'a', '--track', 'a='], /table=column@topic/],
    ['a table of channels', ['--channel', 'a', '--track', 'a'], /--track is for tables/],
    ['a number without numbers', ['--table', 'a', '--from', '41'], /--from needs numbers: give --track a=<column>/],
    ['broadcast without numbers', ['--table', 'a', '--via', 'broadcast'], /--via broadcast needs numbers/],
    [
      'one number for two tables',
      ['--table', 'a', '--table', 'b', '--track', 'a', '--track', 'b', '--from', '1'],
      /--from is for one --table/,
    ],
    ['no number', ['--table', 'a', '--track', 'a', '--from', 'e:'], /epoch:number/],
    ['a negative number', ['--table', 'a', '--track', 'a', '--from', '-1'], /epoch:number/],
    ['half a number', ['--table', 'a', '--track', 'a', '--from', '1.5'], /epoch:number/],
    ['a number that is too large', ['--table', 'a', '--track', 'a', '--from', '1'.repeat(16)], /epoch:number/],
    ['another road', ['--table', 'a', '--via', 'fast'], /must be broadcast or postgres_changes/],
  ];

  it.each(refused)('%s is refused, with the fix', async (_, args, message) => {
    expect(await parsed(...args)).toMatch(message);
  });
});

describe('the lines of a tracked table', () => {
  const data =
    '"schema":"public","table":"bookings","type":"INSERT","commit_timestamp":"","columns":[],"record":{"id":1},"errors":null';
  const numbered = `{"data":{${data},"number":41,"epoch":"9f3c01ab77e2"},"ids":[]}`;
  const plain = new PlainText([{ table: 'bookings' }], [], styleOf({ columns: 300 }, {}, 'never'));
  const status: StatusLine = {
    ...{ type: 'status', at: at.toISOString(), subscription: 1, status: 'SUBSCRIBED', code: 'OK', message: '' },
  };

  it('have the number and the epoch of a change', () => {
    const line = changeLine(at, 1, numbered);
    expect(jsonText(line)).toMatch(/"errors":null,"number":41,"epoch":"9f3c01ab77e2"\}$/);
    expect(plain.textOf(line)).toMatch(/ {2}#1 bookings {2}no\. 41 {2}INSERT {2}id=1$/);
    expect(jsonText(changeLine(at, 1, `{"data":{${data}},"ids":[1]}`))).toMatch(/"errors":null\}$/);
  });

  it('say of a TRUNCATE that all rows are gone', () => {
    const line = changeLine(at, 1, numbered.replace('"INSERT"', '"TRUNCATE"').replace('"record":{"id":1},', ''));
    expect(line).toMatchObject({ eventType: 'TRUNCATE', new: {}, old: {} });
    expect(plain.textOf(line)).toMatch(/ {2}no\. 41 {2}TRUNCATE {2}all rows are gone$/);
  });

  it('have the numbers of a gap', () => {
    const line = (numbers: object): ReturnType<typeof gapLine> =>
      gapLine(at, { ...gapReport(1, { code: 'NOT_KEPT', message: 'm' }), over: true, outcome: 'unknown', ...numbers });
    expect(line({ epoch: 'e', fromNumber: 5, toNumber: 9 })).toMatchObject({ epoch: 'e', fromNumber: 5, toNumber: 9 });
    expect(line({})).not.toHaveProperty('epoch');
    const text = (numbers: object): string => plain.textOf(line(numbers));
    expect(text({ fromNumber: 5, toNumber: 9 })).toMatch(/GAP OVER {2}NOT_KEPT: m {2}numbers from 5 to 9$/);
    expect(text({ fromNumber: 5, toNumber: 5 })).toMatch(/NOT_KEPT: m {2}number 5$/);
    expect(text({ fromNumber: 5 })).toMatch(/NOT_KEPT: m {2}numbers from 5 on$/);
    expect(text({})).toMatch(/NOT_KEPT: m$/);
  });

  it('say how its changes come', () => {
    expect(plain.textOf({ ...status, road: 'broadcast', fellBack: null })).toMatch(/SUBSCRIBED {2}by broadcast$/);
    const fellBack = { code: 'NOT_TRACKED', message: 'no \u001b such name' } as const;
    expect(plain.textOf({ ...status, road: 'postgres_changes', fellBack })).toMatch(
      /SUBSCRIBED {2}by postgres_changes \(NOT_TRACKED: no \\x1b such name\)$/,
    );
    expect(plain.textOf(status)).toMatch(/SUBSCRIBED$/);
  });
});
