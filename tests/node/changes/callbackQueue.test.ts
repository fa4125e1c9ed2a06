import { describe, expect, it } from 'vitest';
import { CallbackQueue } from '../../../web/core/delivery/callbackQueue.js';

describe('the callback queue', () => {
  it('goes on after a job that throws, and reports it', () => {
    const errors: unknown[] = [];
    const order: string[] = [];
    const queue = new CallbackQueue((error) => errors.push(error));
    queue.push(() => {
      throw new Error('bug');
    });
    queue.push(() => order.push('second'));
    queue.flush();
    queue.push(() => order.push('third'));
    queue.flush();
    expect(order).toEqual(['second', 'third']);
    expect(errors).toHaveLength(1);
  });

  it('runs what a throwing call had queued', async () => {
    const order: string[] = [];
    const queue = new CallbackQueue(() => undefined);
    expect(() =>
      queue.enter(() => {
        queue.push(() => order.push('job'));
        throw new Error('call');
      }),
    ).toThrow('call');
    await Promise.resolve();
    expect(order).toEqual(['job']);
  });

  it('runs a job at once when nothing is queued, and otherwise in its turn', async () => {
    const order: string[] = [];
    const queue = new CallbackQueue(() => undefined);
    queue.runOrPush(() => {
      queue.runOrPush(() => order.push('from within'));
      order.push('at once');
    });
    expect(order).toEqual(['at once', 'from within']);
    queue.push(() => order.push('queued before'));
    queue.runOrPush(() => order.push('after it'));
    queue.enter(() => {
      queue.runOrPush(() => order.push('after the call'));
      order.push('the call');
    });
    await Promise.resolve();
    expect(order.slice(2)).toEqual(['queued before', 'after it', 'the call', 'after the call']);
  });

  it('forgets what was cleared, also while it runs', () => {
    const order: string[] = [];
    const queue = new CallbackQueue(() => undefined);
    queue.push(() => {
      order.push('first');
      queue.push(() => order.push('never'));
      queue.clear();
    });
    queue.flush();
    expect(order).toEqual(['first']);
  });
});
