import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { PushOutcome } from '../../../web/core/engine/engine.js';
import { Bench, turn } from '../support/scriptedEngine.js';

afterEach(() => {
  vi.useRealTimers();
});

/** What a promise has come to by now. */
async function outcomeOf(promise: Promise<unknown>): Promise<string> {
  await turn();
  const code = (error: { code: string }): string => error.code;
  return Promise.race([promise.then(() => 'done', code), Promise.resolve('pending')]).then(async (first) => {
    await turn();
    return first === 'pending' ? Promise.race([promise.then(() => 'done', code), turn().then(() => 'pending')]) : first;
  });
}

async function openBench(): Promise<{ bench: Bench; engine: Awaited<ReturnType<Bench['open']>> }> {
  const bench = new Bench();
  void bench.manager.ready();
  return { bench, engine: await bench.open() };
}

describe('a send', () => {
  it('goes to the engine as JSON text or as a copy of the bytes, with its options', async () => {
    const { bench, engine } = await openBench();
    const room = bench.manager.channel('room', { private: true, ack: true });
    const bytes = Uint8Array.of(0, 1, 2, 3, 4).subarray(1, 4);
    void room.send('a', { x: [1, null], ü: '\ud800' });
    void room.send('b', bytes, { ack: false, timeoutMs: 500 });
    bytes.fill(9);
    void room.send('c', Uint8Array.of(7).buffer, { persist: true });
    void room.send('d', new DataView(Uint8Array.of(5, 6).buffer, 1), { persist: { ttlSeconds: 60 } });
    void room.send('e', null, { latest: true });
    void room.send('f', 'text', { latest: true, everyMs: 200 });
    const push = { kind: 'push', channel: 1, persist: null, ack: true, timeoutMs: 10_000, everyMs: null };
    expect(engine.received.slice(1)).toEqual([
      { ...push, id: 1, event: 'a', payload: '{"x":[1,null],"ü":"\\ud800"}' },
      { ...push, id: 2, event: 'b', payload: Uint8Array.of(1, 2, 3), ack: false, timeoutMs: 500 },
      { ...push, id: 3, event: 'c', payload: Uint8Array.of(7), persist: true },
      { ...push, id: 4, event: 'd', payload: Uint8Array.of(6), persist: { ttl: 60 } },
      { ...push, id: 5, event: 'e', payload: 'null', ack: false, everyMs: 50 },
      { ...push, id: 6, event: 'f', payload: '"text"', ack: false, everyMs: 200 },
    ]);
  });

  it('resolves with its outcome, whichever comes first, also inside the call', async () => {
    const { bench, engine } = await openBench();
    const room = bench.manager.channel('room');
    const [first, second] = [room.send('a', 1, { ack: true }), room.send('b', 2)];
    engine.control({ pushes: [{ id: 2, outcome: 'ok', message: '' }] });
    expect([await outcomeOf(first), await outcomeOf(second)]).toEqual(['pending', 'done']);
    engine.control({
      pushes: [
        { id: 1, outcome: 'ok', message: '' },
        { id: 1, outcome: 'lost', message: '' },
      ],
    });
    expect(await outcomeOf(first)).toBe('done');
    engine.onCommand.set('push', () => {
      engine.control({ pushes: [{ id: 3, outcome: 'ok', message: '' }] });
    });
    expect(await outcomeOf(room.send('c', 3))).toBe('done');
  });

  it.each<[PushOutcome, string, string, RegExp]>([
    [
      'timedOut',
      'No INSERT policy.',
      'SEND_TIMED_OUT',
      /^The broadcast "a" on the channel "room" failed\. No INSERT policy\.$/,
    ],
    ['refused', 'go away', 'SEND_REFUSED', /The server refused it: go away$/],
    [
      'refused',
      'payload_size_exceeded',
      'PAYLOAD_TOO_LARGE',
      /above the project's limit \(256 kB or 3,000 kB, by plan\)/,
    ],
    ['lost', 'It may have been delivered.', 'SEND_LOST', /may have been delivered/],
    ['full', 'Too much waits.', 'SEND_QUEUE_FULL', /Too much waits/],
    ['ended', 'The handle was closed.', 'CHANNEL_CLOSED', /was closed/],
    ['invalid', 'It can not be sent.', 'INVALID_OPTION', /can not be sent/],
  ])('rejects when it ends as %s (%s)', async (outcome, message, code, text) => {
    const { bench, engine } = await openBench();
    const sent = bench.manager.channel('room').send('a', 1);
    engine.control({ pushes: [{ id: 1, outcome, message }] });
    await expect(sent).rejects.toMatchObject({ name: 'SwitchboardError', code, message: text });
    expect(bench.logged).toEqual([]);
  });

  it('has its outcome also when the handle closes before that', async () => {
    const { bench, engine } = await openBench();
    const room = bench.manager.channel('room');
    const [sent, unsent] = [room.send('a', 1), room.send('b', 1)];
    room.close();
    engine.control({
      pushes: [
        { id: 1, outcome: 'ok', message: '' },
        { id: 2, outcome: 'ended', message: 'The channel was closed before the message was sent.' },
      ],
    });
    expect([await outcomeOf(sent), await outcomeOf(unsent)]).toEqual(['done', 'CHANNEL_CLOSED']);
  });

  it('with `latest` resolves at once', async () => {
    const { bench } = await openBench();
    expect(await outcomeOf(bench.manager.channel('room', { ack: true }).send('a', 1, { latest: true }))).toBe('done');
  });
});

describe('a rejection that nobody handles', () => {
  it('is logged once, and one that somebody handles is not', async () => {
    const { bench, engine } = await openBench();
    const room = bench.manager.channel('room');
    void room.send('lost', 1);
    const caught = room.send('caught', 1).catch(() => 'caught');
    const awaited = (async () => {
      try {
        await room.send('awaited', 1);
        return 'sent';
      } catch {
        return 'awaited';
      }
    })();
    void room.send('', 1);
    const late = room.send('late', 1);
    for (const id of [1, 2, 3, 4]) engine.control({ pushes: [{ id, outcome: 'lost', message: 'gone.' }] });
    expect([await caught, await awaited]).toEqual(['caught', 'awaited']);
    await expect(late).rejects.toMatchObject({ code: 'SEND_LOST' });
    // Timers of one delay fire in the order in which they were set: this one after those of the rejections.
    await new Promise((resolve) => setTimeout(resolve));
    expect(bench.logged.map(({ level, message }) => [level, message])).toEqual([
      [
        'warn',
        expect.stringMatching(/a send of "" on the channel "room" failed, and nobody handled it: `event` must be text/),
      ],
      [
        'warn',
        expect.stringMatching(/a send of "lost" on the channel "room" failed, and nobody handled it: .* gone\.$/),
      ],
    ]);
  });

  it('does not end a process of Node', () => {
    const program = fileURLToPath(new URL('../support/programs/forgottenSend.mjs', import.meta.url));
    const { status, stdout } = spawnSync(process.execPath, [program], { encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'warned\nstill running\n' });
  });
});

describe('before there is an engine', () => {
  it('sends wait, and go out after their handles, in order and with the time that is left', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const bench = new Bench();
    const room = bench.manager.channel('room');
    void room.send('a', 1);
    const two = room.send('b', 2, { ack: true, timeoutMs: 5_000 });
    vi.advanceTimersByTime(1_000);
    const engine = await bench.open();
    expect(engine.received.map(({ kind }) => kind)).toEqual(['openChannel', 'push', 'push']);
    expect(engine.received.slice(1)).toMatchObject([
      { id: 1, event: 'a', timeoutMs: 9_000 },
      { id: 2, event: 'b', ack: true, timeoutMs: 4_000 },
    ]);
    engine.control({ pushes: [{ id: 2, outcome: 'ok', message: '' }] });
    expect(await outcomeOf(two)).toBe('done');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('they time out', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const bench = new Bench();
    const sent = bench.manager.channel('room').send('a', 1, { timeoutMs: 500 });
    vi.advanceTimersByTime(500);
    await expect(sent).rejects.toMatchObject({ code: 'SEND_TIMED_OUT', message: /core could not be loaded in time/ });
    const engine = await bench.open();
    expect(engine.pushes('a')).toEqual([]);
  });

  it('they are bounded for each handle, in number and bytes', async () => {
    const bench = new Bench();
    const [room, other] = [bench.manager.channel('room'), bench.manager.channel('other')];
    const sent = Array.from({ length: 100 }, (_, i) => room.send('a', i));
    await expect(room.send('a', 100)).rejects.toMatchObject({ code: 'SEND_QUEUE_FULL', message: /ready\(\)/ });
    const large = new Uint8Array(3_000_000);
    const first = other.send('b', large);
    await expect(other.send('b', large)).rejects.toMatchObject({ code: 'SEND_QUEUE_FULL' });
    const engine = await bench.open();
    expect([engine.pushes('a').length, engine.pushes('b').length]).toEqual([100, 1]);
    for (const id of [...engine.pushes('a'), ...engine.pushes('b')]) {
      engine.control({ pushes: [{ id, outcome: 'ok', message: '' }] });
    }
    await Promise.all([...sent, first]);
  });

  it('of `latest` only the newest waits', async () => {
    const bench = new Bench();
    const room = bench.manager.channel('room');
    for (let x = 0; x < 500; x += 1) void room.send('cursor', { x }, { latest: true });
    void room.send('other', 1, { latest: true });
    const engine = await bench.open();
    expect(engine.received.slice(1)).toMatchObject([
      { event: 'cursor', payload: '{"x":499}', everyMs: 50 },
      { event: 'other' },
    ]);
  });

  it('they end with their handle', async () => {
    const bench = new Bench();
    const room = bench.manager.channel('room');
    const sent = room.send('a', 1);
    room.close();
    await expect(sent).rejects.toMatchObject({ code: 'CHANNEL_CLOSED', message: /closed before this was sent/ });
    void bench.manager.ready();
    expect((await bench.open()).received).toEqual([]);
  });
});
