import { afterEach, describe, expect, it, vi } from 'vitest';
import { Bench, turn } from '../support/scriptedEngine.js';

const nothing = (): void => undefined;

afterEach(() => {
  vi.useRealTimers();
});

describe('tokens', () => {
  it('are asked for when the core asks, once at a time', async () => {
    const answers: ((token: string) => void)[] = [];
    const bench = new Bench({ accessToken: () => new Promise<string>((resolve) => answers.push(resolve)) });
    bench.manager.subscribe({ table: 'a' }, nothing);
    const engine = await bench.open();
    expect(engine.options.tokenCallback).toBe(true);
    engine.control({ tokenRequest: { request: 1 } });
    engine.control({ tokenRequest: { request: 2 } });
    await turn();
    expect(answers).toHaveLength(1);
    answers[0]?.('token-abc');
    await turn();
    expect(engine.commands.slice(1)).toEqual(['provideToken 1 token-abc', 'provideToken 2 token-abc']);
    engine.control({ tokenRequest: { request: 3 } });
    await turn();
    expect(answers).toHaveLength(2);
  });

  it('are asked for again when the callback hangs for longer than it may', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] });
    let calls = 0;
    const bench = new Bench({
      tokenTimeoutMs: 50,
      accessToken: () => {
        calls += 1;
        return calls === 1 ? new Promise(nothing) : 'token-two';
      },
    });
    bench.manager.subscribe({ table: 'a' }, nothing);
    const engine = await bench.open();
    engine.control({ tokenRequest: { request: 1 } });
    await turn();
    vi.advanceTimersByTime(51);
    // Somebody puts the clock back.
    vi.setSystemTime(Date.now() - 3_600_000);
    engine.control({ tokenRequest: { request: 2 } });
    await turn();
    expect(engine.commands.slice(1)).toEqual(['provideToken 2 token-two']);
  });

  it('that are taken away before the engine is open are taken from it, though it never had them', async () => {
    const bench = new Bench({});
    bench.manager.setAuth('token-of-alice');
    bench.manager.subscribe({ table: 'a' }, nothing);
    bench.manager.setAuth(null);
    const engine = await bench.open();
    expect(engine.commands[0]).toBe('provideToken 0');
  });

  it('are not spoken of where there never was one', async () => {
    const bench = new Bench({});
    bench.manager.subscribe({ table: 'a' }, nothing);
    const engine = await bench.open();
    expect(engine.commands).toHaveLength(1);
  });

  it.each([
    ['setAuth(null)', null, ''],
    ['setAuth of another user', 'token-of-bob', 'token-of-bob'],
  ])('of a call that began before %s count no more', async (_, next, given) => {
    const answers: ((token: string | null) => void)[] = [];
    const bench = new Bench({ accessToken: () => new Promise<string | null>((resolve) => answers.push(resolve)) });
    bench.manager.subscribe({ table: 'a' }, nothing);
    const engine = await bench.open();
    engine.control({ tokenRequest: { request: 1 } });
    await turn();
    bench.manager.setAuth(next);
    engine.control({ tokenRequest: { request: 2 } });
    await turn();
    expect(answers).toHaveLength(2);
    answers[0]?.('token-of-alice');
    await turn();
    expect(engine.commands.slice(1)).toEqual([`provideToken 0 ${given}`.trim()]);
    answers[1]?.(next);
    await turn();
    expect(engine.commands.slice(2)).toEqual([`provideToken 2 ${given}`.trim()]);
  });

  it('that failed in a call that began before setAuth are no failure', async () => {
    let fail: (error: Error) => void = nothing;
    const bench = new Bench({ accessToken: () => new Promise<string>((_, reject) => (fail = reject)) });
    bench.manager.subscribe({ table: 'a' }, nothing);
    const engine = await bench.open();
    engine.control({ tokenRequest: { request: 1 } });
    await turn();
    bench.manager.setAuth('token-abc');
    fail(new Error('too late'));
    await turn();
    expect(engine.commands.slice(1)).toEqual(['provideToken 0 token-abc']);
  });

  it.each(['', ' ', '\n\t'])(
    'that are empty (%j) are a failure of the callback, and do not sign anybody out',
    async (token) => {
      const bench = new Bench({ accessToken: () => token });
      bench.manager.subscribe({ table: 'a' }, nothing);
      const engine = await bench.open();
      engine.control({ tokenRequest: { request: 1 } });
      await turn();
      expect(engine.commands.slice(1)).toEqual([
        'failToken 1 the accessToken callback gave an empty text: give null when nobody is signed in',
      ]);
      expect(() => {
        bench.manager.setAuth(token);
      }).toThrow(/null to sign out, not an empty string/);
    },
  );

  it('that fail are reported to the core without the secret, as is an answer that is no text', async () => {
    const secret = 'eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiJ9.c2lnbmF0dXJl';
    const answers: (() => string)[] = [
      () => {
        throw new Error(`refused ${secret} and anon-key-of-test`);
      },
      () => 5 as unknown as string,
    ];
    const bench = new Bench({ accessToken: () => answers.shift()?.() });
    bench.manager.subscribe({ table: 'a' }, nothing);
    const engine = await bench.open();
    engine.control({ tokenRequest: { request: 1 } });
    await turn();
    engine.control({ tokenRequest: { request: 2 } });
    await turn();
    engine.control({ tokenRequest: { request: 3 } });
    await turn();
    expect(engine.commands.slice(1)).toEqual([
      'failToken 1 refused <jwt> and <redacted>',
      'failToken 2 the accessToken callback must give text or null, not a value of type number',
      'provideToken 3',
    ]);
  });

  it('that are taken away are so from joined channels too', async () => {
    const apikey = 'eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiJ9.c2lnbmF0dXJl';
    const commands: string[][] = [];
    for (const options of [{ apikey }, { apikey: 'sb_publishable_key' }]) {
      const bench = new Bench(options);
      bench.manager.subscribe({ table: 'a' }, nothing);
      const engine = await bench.open();
      bench.manager.setAuth('token-abc');
      bench.manager.setAuth(null);
      commands.push(engine.commands.slice(2));
    }
    // The server takes the key for a token where it is one; a key of the new form it ignores.
    expect(commands).toEqual([[`provideToken 0 ${apikey}`], ['provideToken 0', 'reconnectAll']]);
  });

  it('from the callback are taken away from joined channels too', async () => {
    const bench = new Bench({ apikey: 'sb_publishable_key', accessToken: () => 'token-abc' });
    bench.manager.subscribe({ table: 'a' }, nothing);
    const engine = await bench.open();
    bench.manager.setAuth(null);
    engine.control({ tokenRequest: { request: 1 } });
    await turn();
    bench.manager.setAuth(null);
    expect(engine.commands.slice(1)).toEqual([
      'provideToken 0',
      'provideToken 1 token-abc',
      'provideToken 0',
      'reconnectAll',
    ]);
  });

  it('never reach a log', async () => {
    const bench = new Bench({ logLevel: 'debug', accessToken: () => 'opaque-token-1' });
    bench.manager.subscribe({ table: 'a' }, nothing);
    const engine = await bench.open();
    engine.control({ tokenRequest: { request: 1 } });
    bench.manager.setAuth('opaque-token-2');
    await turn();
    engine.control({
      logs: [
        {
          level: 'debug',
          message: 'wss://h/websocket?apikey=k-e-y&vsn=2 opaque-token-1 opaque-token-2 anon-key-of-test',
        },
      ],
    });
    expect(bench.logged).toEqual([
      {
        level: 'debug',
        message: 'switchboard: wss://h/websocket?apikey=<redacted>&vsn=2 <redacted> <redacted> <redacted>',
        detail: undefined,
      },
    ]);
  });

  it('of a supabase-js client are followed while the manager lives', async () => {
    let report: ((event: never, session: { access_token: string } | null) => void) | null = null;
    let stopped = 0;
    let session = Promise.resolve('first');
    const supabase = {
      realtime: {
        endPoint: 'wss://ref.supabase.co/realtime/v1/websocket',
        apiKey: 'eyJkey',
        accessToken: () => session,
      },
      auth: {
        onAuthStateChange: (callback: typeof report) => {
          report = callback;
          return { data: { subscription: { unsubscribe: () => void (stopped += 1) } } };
        },
      },
    };
    const bench = new Bench({ url: undefined, apikey: undefined, supabase });
    expect(report).toBeNull();
    bench.manager.subscribe({ table: 'a' }, nothing);
    const engine = await bench.open();
    expect(engine.options).toMatchObject({
      url: 'wss://ref.supabase.co/realtime/v1',
      apikey: 'eyJkey',
      tokenCallback: true,
    });
    const say = report as unknown as (event: string, session: { access_token: string } | null) => void;
    say('TOKEN_REFRESHED', { access_token: 'second' });
    say('SIGNED_OUT', null);
    say('TOKEN_REFRESHED', { access_token: '' });
    expect(engine.commands.slice(1)).toEqual(['provideToken 0 second', 'provideToken 0 eyJkey']);
    engine.control({ tokenRequest: { request: 1 } });
    await turn();
    expect(engine.commands.slice(3)).toEqual(['provideToken 1 first']);
    let refreshed: (token: string) => void = nothing;
    session = new Promise((resolve) => (refreshed = resolve));
    engine.control({ tokenRequest: { request: 2 } });
    await turn();
    say('SIGNED_OUT', null);
    refreshed('of the user who has left');
    await turn();
    expect(engine.commands.slice(4)).toEqual(['provideToken 0 eyJkey']);
    await bench.manager.dispose();
    expect(stopped).toBe(1);
  });
});
