import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { fastTiming, startBackend } from 'switchboard-backend';
import { BackendProcess, freePort } from '../support/backendProcess.js';
import { openLab, type Lab } from '../support/lab.js';
import { ListenProcess, type PrintedLine } from '../support/listenProcess.js';

const [business, other] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'];

let lab: Lab;
let running: ListenProcess[] = [];

beforeAll(async () => {
  lab = await openLab();
});

afterEach(async () => {
  for (const listen of running) listen.kill('SIGKILL');
  await Promise.all(running.map((listen) => listen.exit));
  running = [];
});

afterAll(async () => {
  await lab.close();
});

function listen(args: readonly string[], env: Readonly<Record<string, string>> = {}): ListenProcess {
  const started = new ListenProcess(['listen', ...args], env);
  running.push(started);
  return started;
}

/** `listen` on the lab's backend. */
function listenHere(...args: string[]): ListenProcess {
  return listen(['--url', lab.backend.url, '--apikey', lab.backend.anonKey, ...args]);
}

async function addClient(name: string, businessId = business): Promise<void> {
  await lab.db.query('insert into clients (business_id, full_name) values ($1, $2)', [businessId, name]);
}

describe('listen', () => {
  it('prints connection, status and change as lines of JSON, until SIGINT', async () => {
    const process = listenHere('--table', 'clients');
    await process.live();
    await addClient('Ada');
    const [change] = await process.untilChanges(1);
    process.kill('SIGINT');
    expect(await process.exit).toEqual({ code: 130, signal: null });
    const printed = process.lines.items.map(({ text: _, ...line }) => line);
    for (const line of printed) expect(new Date(String(line.at)).toISOString()).toBe(line.at);
    const at = expect.any(String) as string;
    expect(printed[0]).toMatchObject({ type: 'connection', at, state: 'connecting', connection: 1 });
    expect(printed).toContainEqual({
      type: 'connection',
      at,
      state: 'open',
      connection: 1,
      code: 'OK',
      message: '',
      nextRetryAt: null,
    });
    expect(printed).toContainEqual({
      type: 'status',
      at,
      subscription: 1,
      status: 'SUBSCRIBED',
      code: 'OK',
      message: '',
    });
    expect(change).toMatchObject({
      type: 'change',
      subscription: 1,
      schema: 'public',
      table: 'clients',
      eventType: 'INSERT',
      new: { full_name: 'Ada', business_id: business },
      old: {},
      errors: null,
    });
    expect(Object.keys(change ?? {}).slice(0, 3)).toEqual(['type', 'at', 'subscription']);
    expect(process.stderr).toBe('');
  });

  it('ends after --count changes, with exactly these', async () => {
    const process = listenHere('--table', 'clients', '--count', '2');
    await process.live();
    await lab.db.query(
      "insert into clients (business_id, full_name) select $1, 'many ' || n from generate_series(1, 5) n",
      [business],
    );
    expect(await process.exit).toEqual({ code: 0, signal: null });
    expect(process.changes.map((line) => (line.new as { full_name: string }).full_name)).toEqual(['many 1', 'many 2']);
  });

  it('listens to several tables, each with its own or the common filter', async () => {
    const process = listenHere(
      ...['--table', `clients:business_id=eq.${other}`, '--table', 'clients', '--table', 'staff'],
      ...[
        '--filter',
        `business_id=eq.${business}`,
        '--event',
        'insert',
        '--select',
        'full_name,business_id',
        '--count',
        '3',
      ],
    );
    await process.live(3);
    await addClient('Mine');
    await lab.db.query("update clients set full_name = 'Changed' where full_name = 'Mine'");
    await addClient('Theirs', other);
    await lab.db.query("insert into staff (business_id, full_name, position) values ($1, 'Sam', 'Barber')", [business]);
    expect(await process.exit).toEqual({ code: 0, signal: null });
    const seen = process.changes.map((line) => [line.subscription, line.eventType, line.new]);
    const id = expect.any(Number) as number;
    expect(seen).toEqual([
      [2, 'INSERT', { id, full_name: 'Mine', business_id: business }],
      [1, 'INSERT', { id, full_name: 'Theirs', business_id: other }],
      [3, 'INSERT', { id, full_name: 'Sam', business_id: business }],
    ]);
  });

  it('prints a gap for a change that came without its values', async () => {
    const process = listenHere('--table', 'clients');
    await process.live();
    const large = 'x'.repeat(1_100_000);
    await lab.db.query('insert into clients (business_id, full_name) values ($1, $2)', [business, large]);
    const gap = await process.lines.first('a gap', ({ type }) => type === 'gap', 60_000);
    expect(gap).toMatchObject({ subscription: 1, code: 'PAYLOAD_TOO_LARGE', over: true });
  });

  it('prints what the database has against a table that the server refuses, with --db', async () => {
    await lab.db.query('create table unpublished (id int4 primary key)');
    const process = listenHere('--table', 'unpublished', '--table', 'clients', '--db', lab.backend.postgres);
    const isHint = ({ type, check }: { type: string; check?: unknown }): boolean =>
      type === 'hint' && check === 'published';
    const hint = await process.lines.first('a hint', isHint, 60_000);
    expect(hint).toMatchObject({
      subscription: 1,
      severity: 'error',
      subject: 'public.unpublished',
      sql: ['ALTER PUBLICATION supabase_realtime ADD TABLE "public"."unpublished"'],
    });
    expect(process.lines.items.filter(({ type, subscription }) => type === 'hint' && subscription !== 1)).toEqual([]);
  });

  it('prints a gap when it opens and when it is over', async () => {
    const listen = new ListenProcess([
      'listen',
      ...['--url', lab.backend.url, '--apikey', lab.backend.anonKey, '--table', 'clients', '--json'],
    ]);
    await listen.live();
    lab.backend.faults.drop();
    const lines = await listen.lines.until('the end of the gap', (all) => all.some(({ over }) => over === true));
    const gaps = lines.filter(({ type }) => type === 'gap');
    expect(gaps).toMatchObject([
      { subscription: 1, code: 'CONNECTION_LOST', fromCommit: null, to: null, over: false },
      { subscription: 1, code: 'CONNECTION_LOST', to: expect.any(String) as string, over: true },
    ]);
    expect(gaps[1]?.['gap']).toBe(gaps[0]?.['gap']);
    listen.kill('SIGINT');
    expect(await listen.exit).toEqual({ code: 130, signal: null });
  });

  it('takes url and key from the environment', async () => {
    const process = listen(['--table', 'clients'], {
      SUPABASE_URL: lab.backend.url,
      SUPABASE_ANON_KEY: lab.backend.anonKey,
    });
    await process.live();
    process.kill('SIGTERM');
    expect(await process.exit).toEqual({ code: 143, signal: null });
  });

  it('reports a table that is not there with the words of the server, and goes on', async () => {
    const process = listenHere('--table', 'nowhere', '--table', 'clients');
    const refused = await process.lines.first('the refusal', (line) => line.code === 'BAD_BINDING');
    expect(refused).toMatchObject({ type: 'status', subscription: 1, status: 'CHANNEL_ERROR' });
    expect(refused.message).toMatch(/Unable to subscribe to changes with given parameters/);
    await process.lines.first('the other', (line) => line.status === 'SUBSCRIBED' && line.subscription === 2);
    await addClient('Still here');
    await process.untilChanges(1);
  });

  it('says where to look when a table is refused, and ends with 4 at --count while one is', async () => {
    const listening = listenHere('--table', 'nowhere', '--table', 'clients', '--count', '1');
    await listening.untilStderr('switchboard-realtime doctor --db postgres://… --tables public.nowhere');
    await listening.live();
    await addClient('Counted');
    expect(await listening.exit).toEqual({ code: 4, signal: null });
  });

  it.each(['clients:nowhere=eq.1', 'clients:id=eq.abc'])(
    'says to look at the filter when it is that: %s',
    async (spec) => {
      const listening = listenHere('--table', spec);
      await listening.untilStderr(
        '#1 public.clients was refused for its filter: look whether the table has that column',
      );
      expect(listening.stderr).not.toContain('doctor');
    },
  );

  it('notices by the pulse what is lost without a sign', async () => {
    const backend = await startBackend({ timing: fastTiming, pulseMs: 100 });
    onTestFinished(() => backend.stop());
    const args = ['--url', backend.url, '--apikey', backend.anonKey, '--table', 'clients'];
    const [deaf, listening] = [listen(args), listen([...args, '--pulse', '0.5'])];
    await Promise.all([deaf.live(), listening.live()]);
    backend.faults.loseChanges({ ms: 60_000 });
    const gap = await listening.lines.first('the gap', ({ type }) => type === 'gap');
    expect(gap).toMatchObject({ subscription: 1, code: 'PULSE_LOST' });
    expect(deaf.lines.items.filter(({ type }) => type === 'gap')).toEqual([]);
  });

  it('keeps a bounded amount for a slow reader, and reports what it dropped as a gap', async () => {
    const slow = listenHere('--table', 'clients');
    await slow.live();
    slow.pauseStdout();
    const full = "insert into clients (business_id, full_name) values ($1, repeat('x', 900000))";
    const rows = 40;
    for (let row = 0; row < rows; row += 1) await lab.db.query(full, [business]);
    await slow.untilStderr('the reader of the output is too slow');
    slow.resumeStdout();
    const gap = await slow.lines.first('the gap', ({ type }) => type === 'gap', 60_000);
    expect(gap).toMatchObject({ subscription: 1, gap: null, code: 'OVERFLOW', over: true });
    expect(gap.message).toMatch(/^\d+ lines? w\S+ not printed/u);
    await addClient('After the gap');
    const isLast = (line: PrintedLine): boolean =>
      (line.new as { full_name?: string } | undefined)?.full_name === 'After the gap';
    await slow.lines.first('the next change', isLast);
    expect(slow.changes.length).toBeLessThanOrEqual(rows);
  });

  it('ends quietly when nobody reads any more', async () => {
    const process = listenHere('--table', 'clients');
    await process.live();
    process.closeStdout();
    await addClient('Unread');
    expect(await process.exit).toEqual({ code: 0, signal: null });
    expect(process.stderr).toBe('');
  });
});

describe('the access token of listen', () => {
  it('is read from its file at every need, and is never printed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'switchboard-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, 'token');
    const tokens = await Promise.all(['a', 'b'].map((sub) => lab.backend.signToken({ sub })));
    await writeFile(file, `${tokens[0] ?? ''}\n`);
    const process = listenHere('--table', 'clients', '--token-file', file);
    await process.live();
    await writeFile(file, `${tokens[1] ?? ''}\n`);
    lab.backend.faults.expireTokens();
    await process.live(2);
    await addClient('After the new token');
    await process.untilChanges(1);
    process.kill('SIGINT');
    await process.exit;
    const everything = process.lines.items.map((line) => line.text).join('\n') + process.stderr;
    for (const secret of [...tokens, lab.backend.anonKey]) expect(everything).not.toContain(secret);
  });

  it('is waited for while its file is empty', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'switchboard-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, 'token');
    await writeFile(file, '\n');
    const process = listenHere('--table', 'clients', '--token-file', file);
    const line = await process.lines.first('the report', (printed) => printed.code === 'TOKEN_UNAVAILABLE');
    expect(line.message).toMatch(/token is empty/);
    await writeFile(file, await lab.backend.signToken({ sub: business }));
    await process.live();
    expect(process.lines.items.filter(({ status }) => status === 'SUBSCRIBED')).toHaveLength(1);
  });

  it('that can not be read is reported', async () => {
    const process = listenHere('--table', 'clients', '--token-file', join(tmpdir(), 'no-such-token-file'));
    const line = await process.lines.first('the report', (printed) => printed.code === 'TOKEN_UNAVAILABLE');
    expect(line.message).toMatch(/no such file/);
  });
});

describe('the exit code of listen', () => {
  it.each([
    ['no table', ['--url', 'https://h', '--apikey', 'k'], /--table/],
    ['nothing', [], /--url <url> \(or SUPABASE_URL\), --apikey <key> \(or SUPABASE_ANON_KEY\), --table/],
    ['no url', ['--table', 't', '--apikey', 'k'], /--url/],
    ['no key', ['--table', 't', '--url', 'https://h'], /--apikey/],
    [
      'a misspelt option, rather than what is missing by it',
      ['--tabel', 'b'],
      /'--tabel'\s*\(Did you mean --table\?\)/,
    ],
    ['an unknown option', ['--table', 't', '--url', 'https://h', '--apikey', 'k', '--colour'], /--colour/],
    ['an unknown event', ['--table', 't', '--url', 'https://h', '--apikey', 'k', '--event', 'x'], /`event`/],
    ['a bad count', ['--table', 't', '--url', 'https://h', '--apikey', 'k', '--count', '0'], /--count/],
    ['a bad timeout', ['--table', 't', '--url', 'https://h', '--apikey', 'k', '--timeout', '-1'], /--timeout/],
    ['a bad filter', ['--table', 't:id=5', '--url', 'https://h', '--apikey', 'k'], /`filter` can't be read/],
    ['an empty table', ['--table', '', '--url', 'https://h', '--apikey', 'k'], /`table`/],
    ['a bad url', ['--table', 't', '--url', 'nonsense', '--apikey', 'k'], /`url`/],
  ])('is 2 for %s', async (_, args, message) => {
    const process = listen(args);
    expect(await process.exit).toEqual({ code: 2, signal: null });
    expect(process.stderr).toMatch(message);
    expect(process.lines.items).toEqual([]);
  });

  it('is 3 when nothing could be reached in time', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const process = listen(['--url', url, '--apikey', lab.backend.anonKey, '--table', 'clients', '--timeout', '0.5']);
    expect(await process.exit).toEqual({ code: 3, signal: null });
    expect(process.stderr).toMatch(/no table was live within 0.5 s: .*ECONNREFUSED/);
  });

  it('is not 3 when the line was live once', async () => {
    const process = listenHere('--table', 'clients', '--timeout', '1.5', '--count', '1');
    await process.live();
    await lab.backend.restartRealtime(1_000);
    await process.live(2);
    await addClient('Late');
    expect(await process.exit).toEqual({ code: 0, signal: null });
  });
});

describe('a backend that is killed in mid-stream', () => {
  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'by %s and started again gets its listener back by itself',
    async (signal) => {
      const backend = new BackendProcess(lab.backend.postgres, await freePort(), 'a secret of thirty-two characters');
      const { url, anonKey } = await backend.start();
      try {
        const process = listen(['--url', url, '--apikey', anonKey, '--table', 'clients']);
        await process.live();
        await addClient(`before ${signal}`);
        await process.untilChanges(1);
        await backend.kill(signal);
        await process.lines.first('the loss', (line) => line.type === 'connection' && line.state === 'backoff');
        await backend.start();
        await process.live(2, 20_000);
        await addClient(`after ${signal}`);
        const changes = await process.untilChanges(2);
        expect(changes.map((line) => (line.new as { full_name: string }).full_name)).toEqual([
          `before ${signal}`,
          `after ${signal}`,
        ]);
        process.kill('SIGINT');
        expect(await process.exit).toEqual({ code: 130, signal: null });
      } finally {
        await backend.kill('SIGKILL');
      }
    },
    40_000,
  );
});
