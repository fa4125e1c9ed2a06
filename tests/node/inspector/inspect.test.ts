import { configureRealtime, createRealtimeManager, realtimeManager } from 'switchboard-realtime';
import { createFakeManager } from 'switchboard-realtime/testing';
import { describe, expect, it } from 'vitest';

function jwt(claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'HS256' })}.${part(claims)}.c2lnbmF0dXJl`;
}

function live(fake: ReturnType<typeof createFakeManager>, onEvent: () => void): Promise<number> {
  return new Promise((resolve) => {
    const id = fake.subscribe({ table: 'bookings' }, onEvent, (status) => {
      if (status === 'SUBSCRIBED') resolve(id);
    });
  });
}

describe('inspect', () => {
  it('counts nothing before its first call, then changes and work of each subscription', async () => {
    const fake = createFakeManager();
    let came = (): void => undefined;
    const id = await live(fake, () => {
      came();
    });
    const emit = (row: number): Promise<void> =>
      new Promise((resolve) => {
        came = resolve;
        fake.emit({ table: 'bookings', eventType: 'INSERT', new: { id: row } });
      });
    await emit(1);
    expect(fake.inspect().subscriptions).toMatchObject([{ id, changes: 0, deliveries: 0, workMs: 0 }]);
    await emit(2);
    const [subscription] = fake.inspect().subscriptions;
    expect(subscription).toMatchObject({
      id,
      changes: 1,
      deliveries: 1,
      delivery: 'each',
      paused: false,
      select: null,
    });
    expect(subscription?.workMs).toBeGreaterThanOrEqual(0);
    fake.pause(id);
    expect(fake.inspect().subscriptions[0]?.paused).toBe(true);
    fake.unsubscribe(id);
    expect(fake.inspect().subscriptions).toEqual([]);
    await fake.dispose();
  });

  it('says role and times of the token, and never the token', async () => {
    const token = jwt({ role: 'authenticated', iat: 1_700_000_000, exp: 1_700_003_600 });
    const apikey = jwt({ role: 'anon', exp: 4_000_000_000 });
    const manager = createRealtimeManager({ url: 'wss://ref.invalid/realtime/v1', apikey, logger: null });
    expect(manager.inspect()).toMatchObject({
      token: null,
      tokenSource: 'none',
      apikey: { kind: 'jwt', role: 'anon' },
    });
    manager.setAuth(token);
    const inspection = manager.inspect();
    expect(inspection.token).toEqual({
      ...{ kind: 'jwt', role: 'authenticated', issuedAt: 1_700_000_000_000, expiresAt: 1_700_003_600_000 },
    });
    expect(inspection.tokenSource).toBe('setAuth');
    const text = JSON.stringify(inspection);
    for (const secret of [token, apikey, 'c2lnbmF0dXJl']) expect(text).not.toContain(secret);
    await manager.dispose();
  });

  it.each([
    ['sb_publishable_abc', 'publishable'],
    ['sb_secret_abc', 'secret'],
    ['a.b.c', 'other'],
  ])('reads the form of the key %s', async (apikey, kind) => {
    const manager = createRealtimeManager({ url: 'wss://ref.invalid/realtime/v1', apikey, logger: null });
    expect(manager.inspect().apikey).toEqual({ kind, role: null, issuedAt: null, expiresAt: null });
    await manager.dispose();
  });

  it('lists the members of channels, and what was sent', async () => {
    const fake = createFakeManager();
    const channel = fake.channel('lobby');
    const came = new Promise<void>((resolve) => {
      channel.onPresence(() => {
        resolve();
      });
    });
    fake.setPresence('lobby', { ada: { name: 'Ada' } });
    await came;
    channel.track({ name: 'me' });
    expect(fake.inspect()).toMatchObject({
      channels: [{ id: channel.id, watchesPresence: true, isTracking: true, members: [{ key: 'ada' }] }],
      sent: { broadcasts: 0, presence: 1 },
    });
    await fake.dispose();
  });

  it('does not throw after dispose, nor where there is no manager', async () => {
    const fake = createFakeManager();
    await fake.dispose();
    expect(fake.inspect()).toMatchObject({ disposed: true, subscriptions: [], channels: [] });
    expect(realtimeManager.inspect()).toMatchObject({ disposed: true, madeAt: 0, endpoint: '' });
    configureRealtime({ url: 'wss://ref.invalid/realtime/v1', apikey: 'sb_publishable_a', logger: null });
    realtimeManager.stats();
    expect(realtimeManager.inspect()).toMatchObject({ disposed: false, endpoint: 'wss://ref.invalid/realtime/v1' });
    await realtimeManager.dispose();
    expect(realtimeManager.inspect().disposed).toBe(true);
  });
});
