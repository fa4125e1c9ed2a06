import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stripVTControlCharacters } from 'node:util';
import { fastTiming, startBackend } from 'switchboard-backend';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SentLine } from '../../../web/cli/send/sentLine.js';
import { OfficialClient } from '../backend/support/officialClient.js';
import { freePort } from '../support/backendProcess.js';
import { openLab, type Lab } from '../support/lab.js';
import { PROGRAM } from '../support/listenProcess.js';

const LONG = 60_000;

let lab: Lab;
let hearer: OfficialClient;

beforeAll(async () => {
  lab = await openLab();
  hearer = await OfficialClient.connect(lab.backend, lab.backend.serviceKey);
}, LONG);

afterAll(async () => {
  await hearer.close();
  await lab.close();
});

interface Sent {
  code: number | null;
  lines: SentLine[];
  stderr: string;
}

/** Runs `send` to its end, with this on standard input. */
async function send(args: readonly string[], input = '', url = lab.backend.url): Promise<Sent> {
  const { stdout, ...rest } = await run(args, input, url);
  const texts = stdout.split('\n').filter((text) => text !== '');
  return { ...rest, lines: texts.map((text) => JSON.parse(text) as SentLine) };
}

async function run(
  args: readonly string[],
  input = '',
  url = lab.backend.url,
): Promise<Omit<Sent, 'lines'> & { stdout: string }> {
  const all = [PROGRAM, 'send', '--url', url, '--apikey', lab.backend.anonKey, ...args];
  const child = spawn(process.execPath, all, { stdio: 'pipe', env: { PATH: process.env.PATH ?? '' } });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.on('error', () => undefined); // it ends without having read all
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

function outcomes({ lines }: Sent): string[] {
  return lines.map(({ outcome }) => outcome);
}

describe('send --rest', () => {
  it('sends without a socket, and says that the server has taken it', async () => {
    const channel = await hearer.join('news');
    const ended = await send(['--rest', '--channel', 'news', '--event', 'item', '--payload', '{"n":1}']);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.lines).toMatchObject([
      { type: 'sent', line: 1, channel: 'news', event: 'item', outcome: 'acknowledged', code: 'OK', message: '' },
    ]);
    await hearer.until(() => hearer.received(channel).broadcasts.length === 1);
    expect(hearer.received(channel).broadcasts).toMatchObject([{ event: 'item', payload: { n: 1 } }]);
  });

  it('sends each line of standard input, in order', async () => {
    const channel = await hearer.join('lines');
    const input = '{"n":1}\n\n{"n":2}\n{"n":3}';
    const ended = await send(['--rest', '--channel', 'lines', '--event', 'item', '--stdin'], input);
    expect(ended.lines.map(({ line }) => line)).toEqual([1, 3, 4]);
    await hearer.until(() => hearer.received(channel).broadcasts.length === 3);
    expect(hearer.received(channel).broadcasts.map(({ payload }) => payload)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  });

  it('ends with 4 for what is refused, with its reason', async () => {
    const ended = await send(['--rest', '--private', '--channel', 'closed', '--event', 'e', '--payload', '{}']);
    expect(ended.code).toBe(4);
    expect(ended.lines).toMatchObject([{ outcome: 'refused', code: 'SEND_REFUSED' }]);
    expect(ended.lines[0]?.message).toContain('INSERT policy');
  });

  it('ends with 3 for a server that can not be reached', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const ended = await send(['--rest', '--channel', 'a', '--event', 'e', '--payload', '{}'], '', url);
    expect(ended.code).toBe(3);
    expect(ended.lines).toMatchObject([{ outcome: 'unreachable', code: 'SEND_LOST' }]);
    expect(ended.lines[0]?.message).toContain('ECONNREFUSED');
  });
});

describe('send over the socket', () => {
  it(
    'says that a broadcast went out, or with --ack that the server has taken it',
    async () => {
      const channel = await hearer.join('room:7');
      const args = ['--channel', 'room:7', '--event', 'cursor', '--payload', '{"x":1}'];
      const plain = await send(args);
      expect(plain).toMatchObject({ code: 0, stderr: '' });
      expect(outcomes(plain)).toEqual(['sent']);
      expect(outcomes(await send([...args, '--ack']))).toEqual(['acknowledged']);
      await hearer.until(() => hearer.received(channel).broadcasts.length === 2);
      expect(hearer.received(channel).broadcasts).toMatchObject([
        { event: 'cursor', payload: { x: 1 } },
        { event: 'cursor', payload: { x: 1 } },
      ]);
    },
    LONG,
  );

  it(
    'sends many lines in order',
    async () => {
      const channel = await hearer.join('many');
      const numbers = Array.from({ length: 100 }, (_, n) => n);
      const input = numbers.map((n) => `{"n":${n}}\n`).join('');
      const ended = await send(['--channel', 'many', '--event', 'item', '--stdin', '--ack'], input);
      expect(ended.code).toBe(0);
      expect(ended.lines).toHaveLength(numbers.length);
      await hearer.until(() => hearer.received(channel).broadcasts.length === numbers.length);
      const heard = hearer.received(channel).broadcasts.map(({ payload }) => (payload as { n: number }).n);
      expect(heard).toEqual(numbers);
    },
    LONG,
  );

  it(
    'ends with 4 when the channel is refused, without waiting for the timeout of each',
    async () => {
      const input = '{}\n'.repeat(200);
      const ended = await send(
        ['--private', '--channel', 'closed', '--event', 'e', '--stdin', '--timeout', '3000'],
        input,
      );
      expect(ended.code).toBe(4);
      expect(new Set(outcomes(ended))).toEqual(new Set(['refused']));
      expect(ended.lines[0]).toMatchObject({ code: 'UNAUTHORIZED' });
      expect(ended.lines.length).toBeLessThan(200);
    },
    LONG,
  );

  it(
    'ends with 4 when a private channel does not acknowledge',
    async () => {
      await lab.db.query(
        `create policy "anon reads" on realtime.messages for select to anon using (realtime.topic() = 'readable')`,
      );
      const ended = await send([
        ...['--private', '--channel', 'readable', '--event', 'e', '--payload', '{}'],
        ...['--ack', '--timeout', '2'],
      ]);
      expect(ended.code).toBe(4);
      expect(ended.lines).toMatchObject([{ outcome: 'unacknowledged', code: 'SEND_TIMED_OUT' }]);
    },
    LONG,
  );

  it('ends with 4 for a public channel of a project that takes private ones only', async () => {
    const strict = await startBackend({ seed: false, timing: fastTiming, privateOnly: true });
    try {
      const args = ['--apikey', strict.anonKey, '--channel', 'a', '--event', 'e', '--payload', '{}'];
      const ended = await send([...args, '--timeout', '3000'], '', strict.url);
      expect(ended.code).toBe(4);
      expect(ended.lines[0]?.message).toContain('PrivateOnly');
    } finally {
      await strict.stop();
    }
  }, 60_000);

  it(
    'ends with 4 for a payload above the limit of the project',
    async () => {
      const small = await startBackend({ seed: false, timing: fastTiming, limits: { payloadKb: 1 } });
      const payload = JSON.stringify({ text: 'x'.repeat(5_000) });
      try {
        const args = ['--apikey', small.anonKey, '--channel', 'a', '--event', 'e', '--ack', '--payload', payload];
        const ended = await send(args, '', small.url);
        expect(ended.code).toBe(4);
        expect(ended.lines).toMatchObject([{ outcome: 'refused', code: 'PAYLOAD_TOO_LARGE' }]);
      } finally {
        await small.stop();
      }
    },
    LONG,
  );

  it(
    'ends with 3 for a server that can not be reached in time',
    async () => {
      const url = `http://127.0.0.1:${await freePort()}`;
      const ended = await send(['--channel', 'a', '--event', 'e', '--payload', '1', '--timeout', '0.5'], '', url);
      expect(ended.code).toBe(3);
      expect(ended.lines).toMatchObject([{ outcome: 'unreachable', code: 'SEND_TIMED_OUT' }]);
      expect(ended.lines[0]?.message).toMatch(/^Not sent within 0.5 s: .*ECONNREFUSED/u);
    },
    LONG,
  );

  it(
    'ends with 4 for a key that is refused, without waiting for the timeout of each line',
    async () => {
      const args = [
        '--apikey',
        `${lab.backend.anonKey}x`,
        '--channel',
        'a',
        '--event',
        'e',
        '--stdin',
        '--timeout',
        '2',
      ];
      const ended = await send(args, '{}\n'.repeat(200));
      expect(ended.code).toBe(4);
      expect(new Set(outcomes(ended))).toEqual(new Set(['refused']));
      expect(ended.lines[0]?.code).toBe('API_KEY_INVALID');
      expect(ended.lines[0]?.message).toMatch(/^The key was refused: .*HTTP 40[13]/u);
      expect(ended.lines.length).toBeLessThan(50);
    },
    LONG,
  );

  it(
    'is readable for people',
    async () => {
      const args = ['--channel', 'a', '--event', 'e', '--payload', '1', '--color', 'always'];
      expect(stripVTControlCharacters((await run(args)).stdout)).toMatch(/^[\d:.+-]+ {2}#1 a {2}e {2}sent\n$/u);
    },
    LONG,
  );
});

describe('the command line of send', () => {
  const good = ['--rest', '--channel', 'a', '--event', 'e'];

  it.each([
    ['nothing to send', good, '', /missing --payload <json> or --stdin/u],
    ['two things to send', [...good, '--payload', '{}', '--stdin'], '', /'--stdin' cannot be used with.*'--payload/u],
    ['no channel', ['--event', 'e', '--payload', '{}'], '', /missing --channel <name>/u],
    ['an empty channel', ['--rest', '--channel', '', '--event', 'e', '--payload', '{}'], '', /`name`/u],
    ['an event that is too long', [...good.slice(0, 3), '--event', 'é'.repeat(128), '--payload', '{}'], '', /`event`/u],
    ['a payload that is no JSON', [...good, '--payload', '{a}'], '', /It is no JSON/u],
    ['a number that would be rounded', [...good, '--payload', '{"n":9007199254740993}'], '', /would be rounded/u],
    ['a bad timeout', [...good, '--payload', '{}', '--timeout', '0'], '', /--timeout/u],
    ['no object over HTTP', [...good, '--payload', '1'], '', /JSON object/u],
    [
      'a line that is no JSON',
      [...good, '--stdin'],
      '{"n":1}\nnonsense\n{"n":2}',
      /line 2 is no JSON: .* Nothing after/u,
    ],
  ])('is refused with 2 for %s', async (_, args, input, message) => {
    const ended = await send(args, input);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(message);
    expect(outcomes(ended)).toEqual(input === '' ? [] : ['acknowledged']);
  });
});
