import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { OfficialClient } from '../backend/support/officialClient.js';
import { freePort } from '../support/backendProcess.js';
import { openLab, type Lab } from '../support/lab.js';
import { ListenProcess, type PrintedLine } from '../support/listenProcess.js';

const LONG = 60_000;
const business = '11111111-1111-4111-8111-111111111111';

let lab: Lab;
const peers: OfficialClient[] = [];
const started: ListenProcess[] = [];

beforeAll(async () => {
  lab = await openLab();
  await lab.db.query(
    `create policy "anon reads open rooms" on realtime.messages for select to anon using (realtime.topic() like 'open:%')`,
  );
}, LONG);

afterEach(async () => {
  for (const process of started.splice(0)) process.kill('SIGKILL');
  await Promise.all(peers.splice(0).map((peer) => peer.close()));
});

afterAll(() => lab.close());

function listen(...args: string[]): ListenProcess {
  const process = new ListenProcess(['listen', '--url', lab.backend.url, '--apikey', lab.backend.anonKey, ...args]);
  started.push(process);
  return process;
}

async function peer(): Promise<OfficialClient> {
  const client = await OfficialClient.connect(lab.backend, lab.backend.serviceKey);
  peers.push(client);
  return client;
}

function broadcasts({ lines }: ListenProcess): PrintedLine[] {
  return lines.items.filter(({ type }) => type === 'broadcast');
}

async function untilBroadcasts(process: ListenProcess, count: number): Promise<PrintedLine[]> {
  await process.lines.until(`${count} broadcasts`, () => broadcasts(process).length >= count, LONG);
  return broadcasts(process);
}

describe('listen --channel', () => {
  it(
    'prints broadcasts beside the changes of tables, over one socket',
    async () => {
      const process = listen('--table', 'clients', '--channel', 'news', '--channel', 'room:7:item');
      await process.live(3, LONG);
      const client = await peer();
      const [news, room] = [await client.join('news'), await client.join('room:7')];
      const send = (channel: typeof news, event: string, payload: object): Promise<unknown> =>
        channel.send({ type: 'broadcast', event, payload });
      await send(room, 'other', {});
      await send(room, 'item', { n: 1 });
      await send(news, 'any', { n: 2 });
      await lab.db.query('insert into clients (business_id, full_name) values ($1, $2)', [business, 'Ann']);
      await lab.db.query(`select realtime.send('{"n":9007199254740993,"amount":1.50}', 'stored', 'news', false)`);
      const printed = await untilBroadcasts(process, 3);
      const shown = printed.map(({ subscription, channel, event }) => ({ subscription, channel, event }));
      expect(shown).toEqual([
        { subscription: 3, channel: 'room:7', event: 'item' },
        { subscription: 2, channel: 'news', event: 'any' },
        { subscription: 2, channel: 'news', event: 'stored' },
      ]);
      expect(printed[1]).toMatchObject({ id: null, replayed: false, payload: { n: 2 } });
      expect(printed[2]?.text).toContain('"n":9007199254740993');
      expect(printed[2]?.text).toContain('"amount":1.50');
      expect(typeof printed[2]?.id).toBe('string');
      await process.untilChanges(1);
      const stats = (await (await fetch(`${lab.backend.url}/faults`)).json()) as { connections: number };
      expect(stats.connections).toBe(1 + peers.length);
    },
    LONG,
  );

  it(
    'ends after --count changes and broadcasts together',
    async () => {
      const process = listen('--table', 'clients', '--channel', 'news', '--count', '2');
      await process.live(2, LONG);
      const news = await (await peer()).join('news');
      await news.send({ type: 'broadcast', event: 'any', payload: {} });
      await untilBroadcasts(process, 1);
      await lab.db.query('insert into clients (business_id, full_name) values ($1, $2)', [business, 'Ben']);
      expect(await process.exit).toEqual({ code: 0, signal: null });
    },
    LONG,
  );

  it(
    'prints who is present, comes, changes and leaves, with --presence',
    async () => {
      const client = await peer();
      const before = await client.join('hall', { presence: { key: 'ana', enabled: true } });
      await before.track({ name: 'Ana' });
      const process = listen('--channel', 'hall', '--presence');
      const changes = (): unknown[] =>
        process.lines.items
          .filter(({ type }) => type === 'presence')
          .map(({ change, key, payload }) => [change, key, payload]);
      const until = (count: number): Promise<unknown> =>
        process.lines.until(`${count} changes of presence`, () => changes().length >= count, LONG);
      await until(1);
      await before.track({ name: 'Anna' });
      await until(2);
      await before.untrack();
      await until(3);
      expect(changes()).toEqual([
        ['join', 'ana', { name: 'Ana' }],
        ['update', 'ana', { name: 'Anna' }],
        ['leave', 'ana', { name: 'Anna' }],
      ]);
    },
    LONG,
  );

  it(
    'prints what a private channel was sent before, with --replay',
    async () => {
      await lab.db.query(`select realtime.send('{"n":1.0}', 'earlier', 'open:1')`);
      const process = listen('--channel', 'open:1:', '--private', '--replay', '10m');
      const [printed] = await untilBroadcasts(process, 1);
      expect(printed).toMatchObject({ channel: 'open:1', event: 'earlier', replayed: true });
      expect(printed?.text).toContain('"n":1');
    },
    LONG,
  );

  it(
    'prints a gap when it is over, and goes on',
    async () => {
      const process = listen('--channel', 'news');
      await process.live(1, LONG);
      lab.backend.faults.drop();
      await process.live(2, LONG);
      const gap = await process.lines.first('the gap', ({ type }) => type === 'gap', LONG);
      expect(gap).toMatchObject({ subscription: 1, gap: null, over: true, healed: false });
      const news = await (await peer()).join('news');
      await news.send({ type: 'broadcast', event: 'after', payload: {} });
      expect((await untilBroadcasts(process, 1))[0]).toMatchObject({ event: 'after' });
    },
    LONG,
  );

  it(
    'prints what a private channel was sent during an interruption, and that the gap is healed',
    async () => {
      const process = listen('--channel', 'open:2:', '--private');
      await process.live(1, LONG);
      // What came before tells from when on a replay is needed.
      await lab.db.query(`select realtime.send('{}', 'before', 'open:2')`);
      await untilBroadcasts(process, 1);
      const restarted = lab.backend.restartRealtime(300);
      await lab.db.query(`select realtime.send('{}', 'meanwhile', 'open:2')`);
      await restarted;
      const gap = await process.lines.first('the gap', ({ type }) => type === 'gap', LONG);
      expect(gap).toMatchObject({ subscription: 1, over: true, healed: true });
      const printed = (await untilBroadcasts(process, 2)).map(({ event, replayed }) => [event, replayed]);
      expect(printed).toEqual([
        ['before', false],
        ['meanwhile', true],
      ]);
    },
    LONG,
  );

  it(
    'says where to look when a channel is refused, and with --db why',
    async () => {
      const refused = (process: ListenProcess): Promise<PrintedLine> =>
        process.lines.first('the refusal', ({ status }) => status === 'CHANNEL_ERROR', LONG);
      const plain = listen('--channel', 'closed', '--private', '--table', 'clients', '--count', '1');
      expect(await refused(plain)).toMatchObject({ subscription: 2, code: 'UNAUTHORIZED' });
      await plain.untilStderr('doctor --db postgres://… --channel closed');
      await plain.live(1, LONG);
      await lab.db.query('insert into clients (business_id, full_name) values ($1, $2)', [business, 'Cleo']);
      expect((await plain.exit).code).toBe(4);
      const hinted = listen('--channel', 'closed', '--private', '--db', lab.backend.postgres);
      const hint = await hinted.lines.first('the hint', ({ type }) => type === 'hint', LONG);
      expect(hint).toMatchObject({ subscription: 1, check: 'receive_broadcasts', severity: 'error' });
    },
    LONG,
  );

  it(
    'ends with 3 when nothing could be reached in time, and with 4 when something was refused',
    async () => {
      const url = `http://127.0.0.1:${await freePort()}`;
      const dead = new ListenProcess([
        ...['listen', '--url', url, '--apikey', lab.backend.anonKey],
        ...['--channel', 'news', '--timeout', '0.5'],
      ]);
      expect(await dead.exit).toEqual({ code: 3, signal: null });
      expect(dead.stderr).toMatch(/no channel was live within 0.5 s: .*ECONNREFUSED/u);
      const half = listen('--table', 'clients', '--channel', 'closed', '--private', '--timeout', '5');
      expect(await half.exit).toEqual({ code: 4, signal: null });
      expect(half.stderr).toContain('#2 closed: not live within 5 s');
      const none = listen('--channel', 'closed', '--private', '--table', 'nothing', '--timeout', '5');
      expect(await none.exit).toEqual({ code: 4, signal: null });
      expect(none.stderr).toMatch(/no table or channel was live within 5 s: .*You do not have permissions/u);
    },
    LONG,
  );

  it.each([
    ['--replay without --private', ['--channel', 'a', '--replay', '10m'], /--replay needs --private/u],
    ['--private without a channel', ['--table', 'a', '--private'], /--private is for channels/u],
    ['--presence without a channel', ['--table', 'a', '--presence'], /--presence is for channels/u],
    [
      '--event without a table',
      ['--channel', 'a', '--event', 'insert'],
      /--event is for tables.*--channel room:event/u,
    ],
    ['a span without a unit', ['--channel', 'a', '--private', '--replay', '10'], /--replay <span>.*such as 90s/u],
    ['an empty channel', ['--channel', ''], /`name`/u],
    ['a channel that is too long', ['--channel', 'é'.repeat(124)], /`name` takes 248 bytes/u],
    ['neither table nor channel', [], /missing --table <table\[:filter\]> or --channel <name\[:event\]>/u],
  ])('is refused with 2 for %s', async (_, args, message) => {
    const process = listen(...args);
    expect(await process.exit).toEqual({ code: 2, signal: null });
    expect(process.stderr).toMatch(message);
    expect(process.lines.items).toEqual([]);
  });
});
