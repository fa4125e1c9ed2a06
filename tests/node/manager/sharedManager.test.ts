import { afterEach, describe, expect, it } from 'vitest';
import { configureRealtime, IDLE_SNAPSHOT, realtimeManager, type RealtimeManager } from 'switchboard-realtime';

const options = { url: 'https://ref.supabase.co', apikey: 'anon' };
const nothing = (): void => undefined;

afterEach(async () => {
  await realtimeManager.dispose();
});

describe('the shared manager', () => {
  it('says what to do when it is used before it is configured', () => {
    const missing = expect.objectContaining({
      code: 'NOT_CONFIGURED',
      message: expect.stringContaining('configureRealtime(') as string,
    }) as Error;
    expect(() => realtimeManager.subscribe({ table: 't' }, nothing)).toThrow(missing);
    expect(() => realtimeManager.onStatusChange(nothing)).toThrow(missing);
    expect(() => {
      realtimeManager.reconnectAll();
    }).toThrow(missing);
    expect(realtimeManager.status()).toBe(IDLE_SNAPSHOT);
    realtimeManager.unsubscribeAll();
  });

  it('has every method of a manager, and nothing else', () => {
    const documented: Record<keyof RealtimeManager, true> = {
      subscribe: true,
      liveRows: true,
      channel: true,
      broadcast: true,
      unsubscribe: true,
      unsubscribeAll: true,
      pause: true,
      resume: true,
      reconnectAll: true,
      status: true,
      stats: true,
      inspect: true,
      record: true,
      onStatusChange: true,
      onGap: true,
      onResync: true,
      onMetrics: true,
      setAuth: true,
      ready: true,
      dispose: true,
    };
    expect(Object.keys(realtimeManager).sort()).toEqual(Object.keys(documented).sort());
  });

  it('checks its options when they are given', () => {
    expect(() => {
      configureRealtime({ ...options, url: '' });
    }).toThrow(/`url` must be text/);
    expect(() => realtimeManager.stats()).toThrow(/configureRealtime/);
  });

  it('is made at its first use, once, and can be configured again after dispose', async () => {
    configureRealtime({ ...options, vsn: '1.0.0' });
    configureRealtime(options);
    const off = realtimeManager.onStatusChange(nothing);
    expect(realtimeManager.stats().statusListeners).toBe(1);
    off();
    expect(realtimeManager.stats().statusListeners).toBe(0);
    expect(() => {
      configureRealtime(options);
    }).toThrow(expect.objectContaining({ code: 'ALREADY_CONFIGURED' }));
    await realtimeManager.dispose();
    expect(() => realtimeManager.subscribe({ table: 't' }, nothing)).toThrow(/configureRealtime/);
    configureRealtime(options);
    expect(realtimeManager.stats().subscriptions).toBe(0);
  });

  it('never lets an id of an earlier one end a subscription of a later one', async () => {
    configureRealtime(options);
    const first = realtimeManager.subscribe({ table: 't' }, nothing);
    await realtimeManager.dispose();
    realtimeManager.unsubscribe(first);
    configureRealtime(options);
    const second = realtimeManager.subscribe({ table: 't' }, nothing);
    expect(second).not.toBe(first);
    realtimeManager.unsubscribe(first);
    expect(realtimeManager.status().subscriptions.map((entry) => entry.id)).toEqual([second]);
  });
});
