import { expect, test } from 'vitest';
import { Listeners } from '../../../web/core/base/listeners.js';

test('each listener is called with the arguments, in the order of addition', () => {
  const listeners = new Listeners<[number]>();
  const calls: string[] = [];
  listeners.add((n) => calls.push(`first ${n}`));
  listeners.add((n) => calls.push(`second ${n}`));

  listeners.notify(3);

  expect(calls).toEqual(['first 3', 'second 3']);
});

test('the same function added twice is two listeners, removed one by one', () => {
  const listeners = new Listeners();
  let calls = 0;
  const call = (): number => (calls += 1);
  const remove = listeners.add(call);
  listeners.add(call);
  remove();
  remove();

  listeners.notify();

  expect(calls).toBe(1);
  expect(listeners.size).toBe(1);
});

test('a listener removed by an earlier one is not called, one added meanwhile waits for the next event', () => {
  const listeners = new Listeners();
  const calls: string[] = [];
  listeners.add(() => {
    calls.push('first');
    removeSecond();
    listeners.add(() => calls.push('late'));
  });
  const removeSecond = listeners.add(() => calls.push('second'));

  listeners.notify();

  expect(calls).toEqual(['first']);
});
