import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient } from '@supabase/supabase-js';
import { describe, expect, it, vi } from 'vitest';
import WebSocket from 'ws';
import type { RpcCallback } from 'switchboard-realtime';
import type { RpcRequest } from '../../../web/core/engine/engine.js';
import { restCalls } from '../../../web/cli/restCalls.js';
import { freePort } from '../support/backendProcess.js';
import { Bench, turn, type ScriptedEngine } from '../support/scriptedEngine.js';

const nothing = (): void => undefined;

function wanted(request: number, more: Partial<RpcRequest> = {}): { rpcWanted: RpcRequest[] } {
  return { rpcWanted: [{ request, topic: 'switchboard:bookings:7', after: 41, atMost: 100, ...more }] };
}

async function open(rpc: RpcCallback | undefined): Promise<{ bench: Bench; engine: ScriptedEngine }> {
  const bench = new Bench({ tables: { bookings: { by: 'business_id' } }, rpc });
  bench.manager.subscribe({ table: 'bookings' }, nothing);
  const engine = await bench.open();
  engine.commands.length = 0;
  return { bench, engine };
}

/** What one call is answered with. */
async function answerTo(rpc: RpcCallback | undefined): Promise<string | undefined> {
  const { bench, engine } = await open(rpc);
  engine.control(wanted(5));
  await vi.waitFor(() => {
    expect(engine.commands).toHaveLength(1);
  });
  await bench.manager.dispose();
  return engine.commands[0];
}

/** As a promise of an application may be: with no error. */
function rejected(reason: unknown): PromiseLike<never> {
  return {
    then: (_fulfilled, onRejected) => {
      onRejected?.(reason);
      return rejected(reason);
    },
  };
}

describe('what the core lacks', () => {
  it('is asked for with name and arguments of the function', async () => {
    const calls: unknown[] = [];
    const { bench, engine } = await open((name, args) => {
      calls.push([name, args]);
      return Promise.resolve({ v: 1 });
    });
    engine.control(wanted(1));
    engine.control(wanted(2, { after: null, atMost: 1 }));
    await turn();
    expect(calls).toEqual([
      ['switchboard_changes', { topic: 'switchboard:bookings:7', after: 41, at_most: 100 }],
      ['switchboard_changes', { topic: 'switchboard:bookings:7', after: null, at_most: 1 }],
    ]);
    expect(engine.commands).toEqual(['rpcAnswer 1 {"v":1}', 'rpcAnswer 2 {"v":1}']);
    await bench.manager.dispose();
  });

  it('is asked for outside of the call into the manager that shows that it is missing', async () => {
    const order: string[] = [];
    const { bench, engine } = await open(() => {
      order.push('asked');
      return Promise.resolve(null);
    });
    engine.onCommand.set('subscribe', () => {
      engine.control(wanted(1));
    });
    bench.manager.subscribe({ table: 'bookings' }, nothing);
    order.push('subscribed');
    await turn();
    expect(order).toEqual(['subscribed', 'asked']);
    await bench.manager.dispose();
  });

  const returned: [string, unknown, string][] = [
    ['what the function returns', { v: 1, last: 5 }, '{"v":1,"last":5}'],
    ['its JSON text, letter by letter', '{"v":1, "last":5}', '{"v":1, "last":5}'],
    ['what supabase-js wraps it in', { data: { v: 1 }, error: null, status: 200 }, '{"v":1}'],
    ['nothing, which the core refuses', undefined, ''],
    ['null, which the core refuses', null, 'null'],
    ['an empty answer, which the core refuses', '', ''],
    ['something else, which the core refuses', [1, { a: 'b' }], '[1,{"a":"b"}]'],
    ['a page of a proxy, which the core refuses', '<html>', '<html>'],
  ];

  it.each(returned)('is answered with %s', async (_, value, text) => {
    expect(await answerTo(() => Promise.resolve(value))).toBe(`rpcAnswer 5 ${text}`.trim());
  });

  const failures: [string, () => unknown, RegExp][] = [
    [
      'throws',
      () => {
        throw new Error('no session');
      },
      /^rpcFailed 5 no session$/,
    ],
    ['rejects', () => Promise.reject(new Error('no session')), /^rpcFailed 5 no session$/],
    ['rejects with nothing', () => rejected(undefined), /^rpcFailed 5 undefined$/],
    ['rejects with text', () => rejected('gone'), /^rpcFailed 5 gone$/],
    [
      'resolves with an error',
      () => Promise.resolve({ data: null, error: { message: 'JWT expired', code: 'PGRST303', details: null } }),
      /^rpcFailed 5 JWT expired \(PGRST303\)$/,
    ],
    ['resolves with a bigint', () => Promise.resolve({ last: 5n }), /^rpcFailed 5 .*BigInt/],
    [
      'throws the api key',
      () => Promise.reject(new Error('anon-key-of-test is bad')),
      /^rpcFailed 5 <redacted> is bad$/,
    ],
  ];

  it.each(failures)('is reported as failed when the call %s', async (_, rpc, message) => {
    expect(await answerTo(rpc as RpcCallback)).toMatch(message);
  });

  it('is reported as failed when there is no way to ask', async () => {
    expect(await answerTo(undefined)).toMatch(/^rpcFailed 5 .*give it `supabase`, or the option `rpc`/);
  });

  it('of a database without the function, or without the right to call it, needs no second try', async () => {
    const missing = { code: 'PGRST202', message: 'Could not find the function public.switchboard_changes' };
    const denied = Object.assign(new Error('permission denied for function switchboard_changes'), { code: '42501' });
    expect(await answerTo(() => Promise.resolve({ data: null, error: missing }))).toMatch(
      /^rpcAnswer 5 \{"v":1,"state":"not_tracked","reason":"Could not find .*\(PGRST202\): run track\.sql/,
    );
    expect(await answerTo(() => Promise.reject(denied))).toMatch(
      /^rpcAnswer 5 \{"v":1,"state":"refused","reason":"permission denied .*run track\.sql again/,
    );
  });
});

describe('a call that is of no use any more', () => {
  /** Calls that never end, and the state of their signals. */
  async function hanging(): Promise<{
    bench: Bench;
    engine: ScriptedEngine;
    signals: AbortSignal[];
    late: () => void;
  }> {
    const signals: AbortSignal[] = [];
    const ends: (() => void)[] = [];
    const opened = await open((_name, _args, { signal }) => {
      signals.push(signal);
      return new Promise((resolve) => {
        ends.push(() => {
          resolve({ v: 1 });
        });
      });
    });
    const late = (): void => {
      for (const end of ends) end();
    };
    return { ...opened, signals, late };
  }

  it('is aborted, alone, and its answer is dropped', async () => {
    const { bench, engine, signals, late } = await hanging();
    engine.control(wanted(1));
    engine.control(wanted(2));
    engine.control({ rpcUnwanted: [1, 99] });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    expect(signals[0]?.reason).toMatchObject({ name: 'AbortError' });
    late();
    await turn();
    expect(engine.commands).toEqual(['rpcAnswer 2 {"v":1}']);
    engine.control({ rpcUnwanted: [2] });
    expect(signals[1]?.aborted).toBe(false);
    await bench.manager.dispose();
  });

  it('is not begun when a callback before it has disposed of the manager', async () => {
    const rpc = vi.fn(() => Promise.resolve(null));
    const { bench, engine } = await open(rpc);
    bench.manager.onStatusChange(() => void bench.manager.dispose());
    engine.control({ status: { overall: 'offline' }, ...wanted(1) });
    await turn();
    expect(rpc).not.toHaveBeenCalled();
  });

  it('is aborted when the manager is disposed of', async () => {
    const { bench, engine, signals, late } = await hanging();
    engine.control(wanted(1));
    await bench.manager.dispose();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    late();
    await turn();
    expect(engine.commands.filter((command) => command.startsWith('rpc'))).toEqual([]);
  });
});

describe('over the network', () => {
  const servers: Server[] = [];

  async function serve(status: number, body: string): Promise<string> {
    const server = createServer((_, response) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  const noToken = (): Promise<null> => Promise.resolve(null);

  it('the cause of a failure is what the network says', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const refused = /^rpcFailed 5 connect ECONNREFUSED 127\.0\.0\.1:\d+$/;
    expect(await answerTo(restCalls(url, 'anon', noToken))).toMatch(refused);
    const supabase = createClient(url, 'anon', {
      auth: { persistSession: false },
      realtime: { transport: WebSocket as unknown as typeof globalThis.WebSocket },
    });
    expect(await answerTo((name, args) => supabase.rpc(name, args))).toMatch(
      /^rpcFailed 5 connect ECONNREFUSED 127\.0\.0\.1:\d+ \(ECONNREFUSED\)$/,
    );
  });

  it('the answer of the command line is the text of the server, and its errors keep their codes', async () => {
    const text = '{"v":1, "amount": 150.00}';
    expect(await answerTo(restCalls(await serve(200, text), 'anon', noToken))).toBe(`rpcAnswer 5 ${text}`);
    const missing = await serve(404, '{"code":"PGRST202","message":"no function"}');
    expect(await answerTo(restCalls(missing, 'anon', noToken))).toMatch(/^rpcAnswer 5 .*not_tracked/);
    expect(await answerTo(restCalls(await serve(502, '<html>'), 'anon', noToken))).toBe('rpcFailed 5 HTTP 502');
    for (const server of servers) server.close();
  });
});
