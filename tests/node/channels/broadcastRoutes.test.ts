import { describe, expect, it } from 'vitest';
import { Bench, broadcast } from '../support/scriptedEngine.js';

describe('callbacks for broadcasts', () => {
  it('are those of the moment, whatever came or went between broadcasts of one event', async () => {
    const bench = new Bench();
    const [one, two] = [bench.manager.channel('room'), bench.manager.channel('room')];
    const engine = await bench.open();
    let heard: string[] = [];
    const hear = (name: string) => () => heard.push(name);
    const deliver = (...handles: number[]): string[] => {
      heard = [];
      engine.deliver(broadcast(handles, 'note', 1));
      return heard;
    };
    expect(deliver(1, 2)).toEqual([]);
    one.on('note', hear('one'));
    expect(deliver(1, 2)).toEqual(['one']);
    const removeAll = two.on('*', hear('all'));
    const remove = two.on('note', hear('two'));
    expect(deliver(1, 2)).toEqual(['one', 'two', 'all']);
    expect(deliver(2)).toEqual(['two', 'all']);
    expect(deliver(1)).toEqual(['one']);
    remove();
    expect(deliver(1, 2)).toEqual(['one', 'all']);
    bench.manager.channel('room').on('note', hear('three'));
    expect(deliver(1, 2, 3)).toEqual(['one', 'all', 'three']);
    removeAll();
    one.close();
    expect(deliver(1, 2, 3)).toEqual(['three']);
  });

  it('are called for names that are made up all the time', async () => {
    const bench = new Bench();
    const heard: string[] = [];
    bench.manager.channel('room').on('*', (_, { event }) => heard.push(event));
    bench.manager.channel('room').on('7', () => heard.push('seven'));
    const engine = await bench.open();
    const names = Array.from({ length: 500 }, (_, n) => String(n));
    for (const name of names) engine.deliver(broadcast([1, 2], name, 1));
    expect(heard).toEqual(names.flatMap((name) => (name === '7' ? [name, 'seven'] : [name])));
  });

  it('get nothing more of a broadcast during which they are removed, and nothing yet of one during which they are added', async () => {
    const bench = new Bench();
    const [one, two] = [bench.manager.channel('room'), bench.manager.channel('room')];
    const heard: string[] = [];
    one.on('note', () => {
      heard.push('first');
      if (heard.length > 1) return;
      two.close();
      one.on('note', () => heard.push('added'));
    });
    two.on('note', () => heard.push('closed'));
    const engine = await bench.open();
    engine.deliver(broadcast([1, 2], 'note', 1));
    expect(heard).toEqual(['first']);
    engine.deliver(broadcast([1], 'note', 1));
    expect(heard).toEqual(['first', 'first', 'added']);
  });
});
