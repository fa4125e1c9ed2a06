// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider, type QueryKey } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRealtimeHook, useQueryInvalidation, type QueryClientLike } from 'switchboard-realtime/react';
import { notify } from '../support/scriptedEngine.js';
import { Stage } from './support/stage.js';

let client: QueryClient;
let stage: Stage;

beforeEach(() => {
  client = new QueryClient();
  stage = new Stage({ queryClient: client });
});

afterEach(async () => {
  await stage.close();
  client.clear();
});

const page = (children: ReactNode): ReactNode => <QueryClientProvider client={client}>{children}</QueryClientProvider>;

async function change(): Promise<void> {
  await stage.say(() => {
    stage.engine.deliver(notify([1], 1));
  });
}

async function openLive(): Promise<void> {
  await stage.open();
  await stage.live(1);
}

describe('query keys', () => {
  const day = new Date('2026-11-22');
  const status = { open: true };
  const watched: Record<string, QueryKey> = {
    'a text': ['todo'],
    'an undefined element': ['todo', undefined],
    'an undefined member': ['todo', { status: undefined, page: 1 }],
    'nested members': ['todo', { of: { b: [1, { c: null }], a: 'x' } }],
    'members in another order': ['todo', { page: 1, status: 'open' }],
    'a member in a deeper list': ['todo', [[{ status }]]],
    'null, numbers and flags': ['todo', null, 0, -1.5, true],
    'not a number': ['todo', NaN],
    'a date': ['todo', { since: day }],
    'a bigint': ['todo', 9_007_199_254_740_993n],
    'an empty key': [],
  };
  const present: readonly QueryKey[] = [
    ...Object.values(watched).filter((key) => key.length > 0),
    ['todo', null],
    ['todo', 'undefined'],
    ['todo', { status: 'open', page: 1, more: true }],
    ['todo', { page: 1 }],
    ['todo', undefined, 'more'],
    ['todo', day.toISOString()],
    ['todo', { since: day.toISOString() }],
    ['todo', '9007199254740993'],
    ['other', 'todo'],
  ];
  const queryKeyHashFn = (key: QueryKey): string =>
    JSON.stringify(key, (_, value: unknown) => {
      if (value === undefined) return 'no value';
      return typeof value === 'bigint' ? `${value.toString()}n` : value;
    });

  function fill(): void {
    client.setDefaultOptions({ queries: { queryKeyHashFn, staleTime: Infinity } });
    for (const key of structuredClone(present)) client.setQueryData(key, 'data');
  }

  function invalidated(): QueryKey[] {
    return client
      .getQueryCache()
      .getAll()
      .filter((query) => query.state.isInvalidated)
      .map(({ queryKey }) => queryKey);
  }

  function Watch({ queryKey }: { queryKey: QueryKey }): ReactNode {
    useQueryInvalidation({ table: 'bookings', queryKeys: [queryKey] });
    return null;
  }

  const useTodos = createRealtimeHook({
    features: { todos: { table: 'bookings', queryKeys: () => [current] } },
  });
  let current: QueryKey = [];

  function Hook({ queryKey }: { queryKey: QueryKey }): ReactNode {
    current = queryKey;
    useTodos({ enableTodos: true });
    return null;
  }

  for (const [name, Component] of Object.entries({ useQueryInvalidation: Watch, createRealtimeHook: Hook })) {
    it.each(Object.entries(watched))(`of ${name} match as by hand: %s`, async (_, queryKey) => {
      fill();
      await client.invalidateQueries({ queryKey });
      const byHand = invalidated();
      client.clear();
      await stage.render(page(<Component queryKey={queryKey} />));
      await openLive();
      fill();
      await change();
      expect(invalidated()).toEqual(byHand);
      expect(byHand.length > 0).toBe(!queryKey.includes(NaN));
    });
  }

  it('may be written inline: the same ones are watched once, and others at once', async () => {
    await stage.render(page(<Watch queryKey={['todo', { since: new Date(1), of: undefined }]} />));
    await openLive();
    const before = stage.commands().length;
    const invalidations: QueryKey[] = [];
    const original = client.invalidateQueries.bind(client);
    client.invalidateQueries = (filters, options) => {
      invalidations.push(filters?.queryKey ?? []);
      return original(filters, options);
    };
    await stage.render(page(<Watch queryKey={['todo', { of: undefined, since: new Date(1) }]} />));
    await stage.render(page(<Watch queryKey={['todo', { since: new Date(1), of: undefined }]} />));
    expect(invalidations).toEqual([]);
    await stage.render(page(<Watch queryKey={['todo', { since: new Date(2), of: undefined }]} />));
    await stage.render(page(<Watch queryKey={['todo', { since: new Date(2) }]} />));
    expect(invalidations).toEqual([
      ['todo', { since: new Date(2), of: undefined }],
      ['todo', { since: new Date(2) }],
    ]);
    expect(stage.commands()).toHaveLength(before);
  });
});

describe('anything that has invalidateQueries', () => {
  it.each<[string, QueryClientLike['invalidateQueries']]>([
    ['and returns nothing', () => undefined],
    ['and returns what is no promise', () => 5],
    ['and rejects', () => Promise.reject(new Error('no'))],
    [
      'and throws',
      () => {
        throw new Error('no');
      },
    ],
  ])('%s', async (_, invalidateQueries) => {
    const calls: unknown[] = [];
    await stage.close();
    stage = new Stage({
      queryClient: {
        invalidateQueries: (...call) => {
          calls.push(call[0].queryKey);
          return invalidateQueries(...call);
        },
      },
    });
    function Watch(): ReactNode {
      useQueryInvalidation({ table: 'bookings', queryKeys: [['first'], ['second']] });
      return null;
    }
    await stage.render(<Watch />);
    await openLive();
    await change();
    await stage.gap(1);
    const once = [['first'], ['second']];
    await stage.until(() => {
      // When changes begin to flow, after the change, and after the gap.
      expect(calls.slice(0, 6)).toEqual([...once, ...once, ...once]);
    });
  });
});
