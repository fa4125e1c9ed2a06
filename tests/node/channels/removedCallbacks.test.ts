import { queryObjects } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { BroadcastListener } from '../../../web/core/channels/broadcastListeners.js';
import { Bench, broadcast } from '../support/scriptedEngine.js';

const nothing = (): void => undefined;

describe('callbacks of a handle', () => {
  it('leave nothing behind when they are removed, whatever the event', () => {
    const room = new Bench().manager.channel('room');
    room.on('kept', nothing);
    const before = Number(queryObjects(BroadcastListener));
    for (let i = 0; i < 100; i += 1) room.on(`reply ${i}`, nothing)();
    // The runtime may still hold the last one.
    expect(Number(queryObjects(BroadcastListener)) - before).toBeLessThan(2);
  });

  it('get what comes after one of them, the only one, was removed twice and another added between', async () => {
    const bench = new Bench();
    const room = bench.manager.channel('room');
    const engine = await bench.open();
    const heard: unknown[] = [];
    const remove = room.on('a', nothing);
    remove();
    room.on('a', (payload) => heard.push(payload));
    remove();
    engine.deliver(broadcast([room.id], 'a', 1));
    expect(heard).toEqual([1]);
  });
});
