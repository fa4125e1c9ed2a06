import { describe, expect, it } from 'vitest';
import type { PresenceChange as EngineChange } from '../../../web/core/engine/engine.js';
import type { PresenceChange } from '../../../web/core/index.js';
import { randomFrom } from '../support/random.js';
import { Bench, presence } from '../support/scriptedEngine.js';

interface Person {
  name: string;
}

const ref = (name: string, phx_ref: string): object => ({ name, phx_ref, phx_ref_prev: 'before' });

/** What a change says, by key. */
function keysOf({ members, joins, updates, leaves }: PresenceChange<Person>): Record<string, string[]> {
  const keys = (list: readonly { key: string }[]): string[] => list.map(({ key }) => key);
  return { members: keys(members), joins: keys(joins), updates: keys(updates), leaves: keys(leaves) };
}

describe('who is present', () => {
  it('is reported in sum, without the refs of the server, in the order in which they came', async () => {
    const bench = new Bench();
    const room = bench.manager.channel<{ __untyped: true }, Person>('room', { presence: true });
    const changes: PresenceChange<Person>[] = [];
    room.onPresence((change) => changes.push(change));
    const engine = await bench.open();
    engine.deliver(
      presence([1], ['join', 'ana', ref('Ana', '1')], ['join', 'ben', ref('Ben', '2'), ref('Ben 2', '3')]),
    );
    engine.deliver(presence([1], ['update', 'ana', ref('Anna', '4')], ['leave', 'ben', ref('Ben', '2')]));
    expect(changes.map(keysOf)).toEqual([
      { members: ['ana', 'ben'], joins: ['ana', 'ben'], updates: [], leaves: [] },
      { members: ['ana'], joins: [], updates: ['ana'], leaves: ['ben'] },
    ]);
    expect(changes[0]?.members).toEqual([
      { key: 'ana', payload: { name: 'Ana' }, payloads: [{ name: 'Ana' }] },
      { key: 'ben', payload: { name: 'Ben 2' }, payloads: [{ name: 'Ben' }, { name: 'Ben 2' }] },
    ]);
    // As they were.
    expect(changes[1]?.leaves[0]?.payload).toEqual({ name: 'Ben 2' });
    expect(room.presence()).toEqual([{ key: 'ana', payload: { name: 'Anna' }, payloads: [{ name: 'Anna' }] }]);
  });

  it('is the same list however many changes come at once, and whether it was read between them or not', async () => {
    const bench = new Bench();
    const room = bench.manager.channel('room', { presence: true });
    const engine = await bench.open();
    const random = randomFrom(7);
    const model = new Map<string, unknown>();
    const isPresent = (key: string): boolean => model.has(key);
    for (let round = 0; round < 300; round += 1) {
      const count = random(5) === 0 ? 40 : 1 + random(3);
      const changes = Array.from(
        { length: count },
        (_, n): [kind: EngineChange['kind'], key: string, payload: object] => {
          const key = `key ${String(random(30))}`;
          if (isPresent(key) && random(5) < 2) {
            model.delete(key);
            return ['leave', key, {}];
          }
          const payload = { round, n };
          const kind = isPresent(key) ? 'update' : 'join';
          model.set(key, payload);
          return [kind, key, payload];
        },
      );
      engine.deliver(presence([1], ...changes));
      if (random(2) === 0) continue;
      expect(room.presence().map(({ key, payload }) => [key, payload])).toEqual([...model]);
      expect(Object.isFrozen(room.presence())).toBe(true);
    }
  });

  it('keeps what somebody tracks under the name of what every object has', async () => {
    const bench = new Bench();
    const room = bench.manager.channel('room', { presence: true });
    const engine = await bench.open();
    const metas = '[{"__proto__":{"a":1},"phx_ref":"1","phx_ref_prev":"0","constructor":2}]';
    engine.deliver({ kind: 'presence', channels: [1], changes: [{ kind: 'join', key: 'k', metas }] });
    expect(JSON.stringify(room.presence()[0]?.payload)).toBe('{"__proto__":{"a":1},"constructor":2}');
  });

  it('is one frozen array until something changes; a refresh changes nothing', async () => {
    const bench = new Bench();
    const room = bench.manager.channel('room', { presence: true });
    let calls = 0;
    room.onPresence(() => (calls += 1));
    expect(room.presence()).toBe(room.presence());
    const engine = await bench.open();
    engine.deliver(presence([1], ['join', 'ana', ref('Ana', '1')]));
    const members = room.presence();
    engine.deliver(presence([1], ['refresh', 'ana', ref('Ana', '2')]), presence([1]));
    engine.deliver(presence([1], ['leave', 'nobody', {}]));
    expect(room.presence()).toBe(members);
    expect(calls).toBe(1);
    const [ana] = members;
    expect([members, ana, ana?.payload, ana?.payloads].map(Object.isFrozen)).toEqual([true, true, true, true]);
    engine.deliver(presence([1], ['join', 'ben', {}]));
    expect(room.presence()).not.toBe(members);
    expect(room.presence()[0]).toBe(ana);
    expect(members).toHaveLength(1);
  });

  it('is shared by the handles of a channel, and each has what came for it', async () => {
    const bench = new Bench();
    const [one, two] = ['room', 'room'].map((name) => bench.manager.channel(name, { presence: true }));
    const engine = await bench.open();
    engine.deliver(presence([1, 2], ['join', 'ana', {}]), presence([2], ['join', 'ben', {}]));
    expect(one?.presence().map(({ key }) => key)).toEqual(['ana']);
    expect(two?.presence().map(({ key }) => key)).toEqual(['ana', 'ben']);
    expect(two?.presence()[0]).toBe(one?.presence()[0]);
  });

  it('takes any key, also names of what every object has', async () => {
    const bench = new Bench();
    const room = bench.manager.channel('room', { presence: true });
    const engine = await bench.open();
    const text = '[{"__proto__":{"polluted":1},"constructor":2,"phx_ref":"1"}]';
    engine.deliver({ kind: 'presence', channels: [1], changes: [{ kind: 'join', key: '__proto__', metas: text }] });
    const [member] = room.presence();
    expect([member?.key, Object.keys(member?.payload ?? {})]).toEqual(['__proto__', ['__proto__', 'constructor']]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('a callback that throws is reported, and the others hear of it', async () => {
    const bench = new Bench();
    const room = bench.manager.channel('room', { presence: true });
    const got: string[] = [];
    room.onPresence(() => {
      throw new Error('mine');
    });
    const off = room.onPresence(() => got.push('second'));
    const engine = await bench.open();
    engine.deliver(presence([1], ['join', 'ana', {}]));
    off();
    engine.deliver(presence([1], ['join', 'ben', {}]));
    expect([got, bench.logged.length]).toEqual([['second'], 2]);
    expect(bench.logged[0]?.message).toBe('switchboard: onPresence of handle 1 of the channel "room" threw');
  });

  it('the engine’s own changes go to the packages of this project, refreshes and empty lists included', async () => {
    const bench = new Bench();
    const room = bench.manager.channel('room');
    const got: unknown[] = [];
    const off = room.onPresenceChanges((changes) => got.push(changes));
    const engine = await bench.open();
    engine.deliver(presence([1], ['refresh', 'ana', ref('Ana', '2')]), presence([1]));
    off();
    engine.deliver(presence([1], ['leave', 'ana']));
    const refreshed = { kind: 'refresh', key: 'ana', metas: '[{"name":"Ana","phx_ref":"2","phx_ref_prev":"before"}]' };
    expect(got).toEqual([[refreshed], []]);
    expect(engine.commands[0]).toContain('"presence":true');
  });
});

describe('being present', () => {
  it('passes on each payload as JSON, and untrack', async () => {
    const bench = new Bench();
    const room = bench.manager.channel('room');
    const engine = await bench.open();
    room.track({ name: 'Ana', at: new Date(0), nothing: undefined });
    room.untrack();
    room.untrack();
    expect(engine.commands.slice(1)).toEqual([
      'track 1 {"name":"Ana","at":"1970-01-01T00:00:00.000Z"}',
      'untrack 1',
      'untrack 1',
    ]);
  });
});
