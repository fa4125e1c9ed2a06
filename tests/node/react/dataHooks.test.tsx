// @vitest-environment happy-dom
import type { ReactNode } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FetchRequest, Gap } from 'switchboard-realtime';
import {
  useLiveRows,
  useQueryInvalidation,
  useSubscription,
  type LiveRowsResult,
  type QueryInvalidationOptions,
} from 'switchboard-realtime/react';
import { changeText, each, notify, subscriptionDelta } from '../support/scriptedEngine.js';
import { RecordingClient, Stage } from './support/stage.js';

let stage: Stage;
let client: RecordingClient;

beforeEach(() => {
  client = new RecordingClient();
  stage = new Stage({ queryClient: client });
});

afterEach(() => stage.close());

type Row = { id: number; name: string; business?: number | null };

describe('useLiveRows', () => {
  const seen: LiveRowsResult<Row>[] = [];
  const fetched: { owner: string; cursor: unknown }[] = [];
  beforeEach(() => {
    seen.length = 0;
    fetched.length = 0;
  });

  function Rows({ owner, business = 7 }: { owner: string; business?: number | null }): ReactNode {
    const options = {
      table: 'bookings',
      key: 'id',
      filter: `business_id=eq.${business ?? ''}`,
      orderBy: (a: Row, b: Row) => b.id - a.id,
      fetch: ({ cursor }: FetchRequest) => {
        fetched.push({ owner, cursor });
        return Promise.resolve([
          { id: 1, name: 'one', business },
          { id: 2, name: 'two', business },
        ]);
      },
    } as const;
    const result = useLiveRows<Row>(business === null ? null : options);
    seen.push(result);
    return `${result.status.state}: ${result.rows.map(({ name }) => name).join()}`;
  }

  async function live(id: number): Promise<void> {
    await stage.live(id);
    await stage.until(() => {
      expect(stage.text).toMatch(/^live/);
    });
  }

  it('shows the rows and keeps them as changes come', async () => {
    await stage.render(<Rows owner="first" />);
    expect(seen[0]).toMatchObject({ rows: [], status: { state: 'loading' } });
    await stage.until(() => {
      expect(stage.text).toBe('polling: two,one');
    });
    await stage.open();
    await live(1);
    expect(stage.text).toBe('live: two,one');
    await stage.say(() => {
      stage.engine.deliver(each([1], changeText({ id: 3, name: 'three' })));
    });
    expect(stage.text).toBe('live: three,two,one');
    await stage.render(null);
    expect(stage.bench.manager.stats()).toMatchObject({ subscriptions: 0, statusListeners: 0 });
  });

  it('takes inline options for the same, and calls the functions of the latest render', async () => {
    await stage.render(<Rows owner="first" />);
    await stage.open();
    await live(1);
    const before = seen.at(-1);
    await stage.render(<Rows owner="second" />);
    expect(stage.commands()).toHaveLength(1);
    expect(seen.at(-1)).toBe(before);
    expect(new Set(fetched.map(({ owner }) => owner))).toEqual(new Set(['first']));
    fetched.length = 0;
    await stage.say(() => void seen.at(-1)?.refresh());
    await stage.until(() => {
      expect(fetched.map(({ owner }) => owner)).toEqual(['second']);
    });
  });

  it('puts the rows in the order of the function that the latest render gives', async () => {
    function Sorted({ by, table = 'bookings' }: { by: (a: Row, b: Row) => number; table?: string }): ReactNode {
      const fetch = (): Promise<Row[]> =>
        Promise.resolve([2, 4, 1, 3].map((id) => ({ id, name: id % 2 === 0 ? 'even' : 'odd' })));
      const result = useLiveRows<Row>({ table, key: 'id', orderBy: (a, b) => by(a, b), fetch });
      seen.push(result);
      return `${result.status.state}: ${result.rows.map(({ id }) => id).join('')}`;
    }
    const byName = (a: Row, b: Row): number => a.name.localeCompare(b.name);
    await stage.render(<Sorted by={(a, b) => a.id - b.id} />);
    await stage.open();
    await live(1);
    expect(stage.text).toBe('live: 1234');
    await stage.render(<Sorted by={(a, b) => b.id - a.id} />);
    expect(stage.text).toBe('live: 4321');
    const { rows } = seen.at(-1) as LiveRowsResult<Row>;
    await stage.render(<Sorted by={(a, b) => b.id - a.id} />);
    expect(seen.at(-1)?.rows).toBe(rows);
    await stage.render(<Sorted by={byName} />);
    expect(stage.text).toBe('live: 2413');
    await stage.render(<Sorted by={byName} />);
    expect(stage.text).toBe('live: 2413');
    await stage.say(() => {
      stage.engine.deliver(each([1], changeText({ id: 0, name: 'even' })));
    });
    expect(stage.text).toBe('live: 02413');
    await stage.render(<Sorted by={(a, b) => byName(b, a)} />);
    expect(stage.text).toBe('live: 13024');
    await stage.render(<Sorted by={() => 0} />);
    expect(stage.text).toBe('live: 01234');
    expect(stage.commands()).toHaveLength(1);
  });

  it('shows no row of other options', async () => {
    await stage.render(<Rows owner="first" />);
    await stage.open();
    await live(1);
    seen.length = 0;
    await stage.render(<Rows owner="first" business={8} />);
    expect(seen[0]?.rows).toEqual([]);
    expect(stage.bench.manager.status().subscriptions).toMatchObject([{ id: 2, filter: 'business_id=eq.8' }]);
    await live(2);
    expect(seen.at(-1)?.rows).toHaveLength(2);
    expect(seen.flatMap(({ rows }) => rows).every(({ business }) => business === 8)).toBe(true);
    await stage.render(<Rows owner="first" business={null} />);
    expect(stage.text).toBe('loading: ');
    expect(stage.bench.manager.stats().subscriptions).toBe(0);
  });

  it('survives StrictMode with one subscription left', async () => {
    await stage.render(<Rows owner="first" />, true);
    await stage.until(() => {
      expect(fetched).toHaveLength(1);
    });
    await stage.open();
    expect(stage.bench.manager.stats().subscriptions).toBe(1);
    await live(2);
    expect(fetched).toHaveLength(2);
  });
});

describe('useQueryInvalidation', () => {
  function Watch(props: Partial<QueryInvalidationOptions> & { off?: boolean }): ReactNode {
    const { off = false, ...more } = props;
    const status = useQueryInvalidation(!off && { table: 'bookings', queryKeys: [['stock', { of: 'all' }]], ...more });
    return status?.state ?? 'none';
  }

  it('invalidates the keys it is given, once for all components', async () => {
    await stage.render([<Watch key={1} />, <Watch key={2} queryKeys={[['stock', { of: 'all' }], ['more']]} />]);
    await stage.open();
    expect(stage.commands()).toHaveLength(1);
    await stage.live(1);
    client.take();
    await stage.say(() => {
      stage.engine.deliver(notify([1], 9));
    });
    expect(client.take()).toEqual(['["stock",{"of":"all"}]', '["more"]']);
    await stage.render([<Watch key={1} />]);
    await stage.say(() => {
      stage.engine.deliver(notify([1], 9));
    });
    expect(client.take()).toEqual(['["stock",{"of":"all"}]']);
  });

  it('of a key that comes later, spares what was fetched since changes flow', async () => {
    await stage.render(<Watch />);
    await stage.open();
    await stage.live(1);
    client.take();
    await stage.render(<Watch queryKeys={[['stock', { of: 'all' }], ['late']]} />);
    expect(client.take()).toEqual(['["late"] older']);
    expect(stage.commands()).toHaveLength(1);
    expect(stage.text).toBe('live');
  });

  it('watches nothing when there is nothing to watch', async () => {
    await stage.render(<Watch off />);
    expect(stage.text).toBe('none');
    await stage.render(<Watch event="INSERT" schema="shop" filter="id=eq.1" debounceMs={10} maxWaitMs={20} />);
    await stage.open();
    expect(stage.commands()).toEqual([
      'subscribe 1 {"schema":"shop","table":"bookings","event":"INSERT","filter":"id=eq.1","delivery":{"mode":"debounce","payload":false,"waitMs":10,"maxWaitMs":20}}',
    ]);
    await stage.render(<Watch off />);
    expect(stage.commands().at(-1)).toBe('unsubscribe 1');
  });
});

describe('handlers of useSubscription', () => {
  it('are those of the latest render', async () => {
    const calls: string[] = [];
    function Listener({ name }: { name: string }): ReactNode {
      const note = (what: string): void => void calls.push(`${name} ${what}`);
      useSubscription(
        {
          table: 'bookings',
          onGap: ({ over, outcome }: Gap) => {
            note(`gap ${over ? 'over' : 'open'} ${outcome}`);
          },
          onResync: ({ reason }) => {
            note(`resync ${reason}`);
          },
          onStatus: (status) => {
            note(status);
          },
        },
        () => undefined,
      );
      return null;
    }
    await stage.render(<Listener name="a" />);
    await stage.open();
    await stage.render(<Listener name="b" />);
    await stage.live(1);
    await stage.gap(1);
    const all = ['b SUBSCRIBED', 'b gap open unknown', 'b gap over unknown', 'b resync gap', 'b gap over refetched'];
    await stage.until(() => {
      expect(calls).toEqual(all);
    });
    expect(stage.commands()).toHaveLength(1);
  });

  it('without onResync leave a gap unrepaired', async () => {
    const onGap = vi.fn<(gap: Gap) => void>();
    function Listener(): ReactNode {
      useSubscription({ table: 'bookings', onGap, owner: onGap }, () => undefined);
      return null;
    }
    await stage.render(<Listener />);
    await stage.open();
    await stage.live(1);
    await stage.gap(1);
    await stage.say(() => {
      stage.engine.status({ subscriptions: [subscriptionDelta(1)] });
    });
    expect(onGap.mock.calls.map(([{ outcome }]) => outcome)).toEqual(['unknown', 'unknown']);
    expect(stage.bench.manager.stats().gaps).toMatchObject({ resyncs: 0 });
  });
});
