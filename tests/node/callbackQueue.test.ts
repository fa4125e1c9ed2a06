import { describe, expect, it } from 'vitest';
import { CallbackQueue } from '../../web/core/callbackQueue.js';
import { Redactor } from '../../web/core/redact.js';

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

describe('the redactor', () => {
  it('takes out tokens, keys in urls and the secrets that it knows', () => {
    const { redact } = new Redactor();
    expect(redact('a eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiJ9.c2ln b')).toBe('a <jwt> b');
    expect(redact('ws://h/websocket?apikey=abc&vsn=2.0.0')).toBe('ws://h/websocket?apikey=<redacted>&vsn=2.0.0');
  });

  it('remembers the newest secrets, and none so short that text would suffer', () => {
    const redactor = new Redactor();
    redactor.add('ab');
    for (let n = 0; n < 9; n += 1) redactor.add(`secret-${n}`);
    expect(redactor.redact('ab secret-0 secret-1 secret-8')).toBe('ab secret-0 <redacted> <redacted>');
  });
});
