// @vitest-environment happy-dom
import { createClient } from '@supabase/supabase-js';
import type { QueryClient } from '@tanstack/react-query';
import { act, type ComponentType, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi, type Mock } from 'vitest';
import WebSocket from 'ws';
import {
  configureRealtime,
  realtimeManager,
  type LiveRows,
  type Metrics,
  type RealtimeManager,
} from 'switchboard-realtime';
import { RealtimeProvider, useLiveRows, type Toaster } from 'switchboard-realtime/react';
import { createRealtimeManager, openLab, quick, untilStatus, type Lab } from '../support/lab.js';
import { Recorder } from '../support/until.js';
import { RecordingClient } from '../react/support/stage.js';
import { Examples, removeExamples } from './examples.js';
import { surroundings } from './surroundings.js';

const businessId = '88888888-8888-4888-8888-888888888888';
const MS = 60_000;
const examples = new Examples('README.md', 'docs/guide.md');

let lab: Lab;
let manager: RealtimeManager;
let printed: Mock<typeof console.log>;

beforeAll(async () => {
  vi.setConfig({ testTimeout: 3 * MS });
  lab = await openLab();
  await lab.db.query(`
    create table my_table (id int primary key, business_id uuid);
    alter table my_table replica identity full;
    alter publication supabase_realtime add table my_table;
    grant select on my_table to anon`);
}, 2 * MS);

afterAll(async () => {
  removeExamples();
  await lab.close();
});

beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  // What this window has of its own is not made for sockets.
  vi.stubGlobal('WebSocket', WebSocket);
  vi.stubGlobal('businessId', businessId);
  vi.stubGlobal('ownBusiness', businessId);
  printed = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  manager = createRealtimeManager(quick(lab.backend));
});

afterEach(async () => {
  await manager.dispose();
  await realtimeManager.dispose();
  document.body.replaceChildren();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

function run(name: string, globals: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
  for (const [key, value] of Object.entries(globals)) vi.stubGlobal(key, value);
  return examples.run(name, surroundings[name]);
}

const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: MS, interval: 20 });
const untilInTree = (check: () => void): Promise<void> => act(() => until(check));

/** Lets a change come that the one subscription of this manager is to hear of. */
function changes(sql: string): (of: RealtimeManager) => Promise<void> {
  return async (of) => {
    const isLive = ({ overall }: { overall: string }): boolean => overall === 'live';
    await untilStatus(of, 'live', isLive, MS);
    printed.mockClear();
    await lab.db.query(sql, [businessId]);
    await until(() => {
      expect(printed).toHaveBeenCalled();
    });
  };
}

const insertBooking = `insert into bookings (business_id, client_name, service, starts_at) values ($1, 'Ann', 'Cut', now())`;

describe('the examples of the documents', () => {
  it('manager: prints a change, and ends', async () => {
    await run('manager', { backend: lab.backend, untilChange: changes(insertBooking) });
    expect(printed.mock.calls).toEqual([['INSERT', expect.objectContaining({ client_name: 'Ann' }), {}]]);
  });

  it('shared: prints a change of its table, and ends', async () => {
    configureRealtime(quick(lab.backend));
    await run('shared', { untilChange: changes('insert into my_table values (1, $1)') });
    expect(printed.mock.calls).toEqual([
      ['Change detected:', expect.objectContaining({ eventType: 'INSERT', new: { id: 1, business_id: businessId } })],
    ]);
    expect(realtimeManager.stats().subscriptions).toBe(0);
  });

  it('gaps: reports a gap and has it refetched', async () => {
    const refetch = vi.fn(() => Promise.resolve());
    await run('gaps', { manager, onEvent: () => undefined, refetch });
    await untilStatus(manager, 'live', ({ overall }) => overall === 'live', MS);
    lab.backend.faults.drop();
    await until(() => {
      expect(refetch).toHaveBeenCalledWith(expect.any(AbortSignal));
      expect(printed).toHaveBeenCalledWith(expect.objectContaining({ code: 'CONNECTION_LOST', outcome: 'refetched' }));
    });
  });

  it('metrics: prints how old changes are', async () => {
    const reporting = new Recorder<Metrics>();
    const close = manager.onMetrics(100, reporting.push);
    const [metrics] = await reporting.count('reports', 1);
    close();
    const onMetrics = (_everyMs: number, call: (given: unknown) => void): void => {
      call({ ...metrics, latencyMs: [30, 10, 20] });
    };
    await run('metrics', { manager: { onMetrics } });
    expect(printed).toHaveBeenCalledWith(expect.any(String), 30, 'ms', manager.stats().gaps);
  });

  it('open telemetry: records until it is stopped', async () => {
    const { stop } = (await run('open telemetry', { manager })) as { stop: () => void };
    stop();
  });

  it('record: prints what was decided', async () => {
    manager.subscribe({ table: 'bookings' }, () => undefined);
    await untilStatus(manager, 'live', ({ overall }) => overall === 'live', MS);
    await run('record', { manager });
    expect(printed).toHaveBeenLastCalledWith(expect.arrayContaining([expect.objectContaining({ kind: 'decision' })]));
  });

  it('inspector: is gone when it is disposed of', async () => {
    await run('inspector', { manager });
    expect(document.body.childElementCount).toBe(0);
  });

  it('numbered: prints the numbers of changes', async () => {
    await lab.db.query(`select switchboard.track('bookings', by => 'business_id', readers => 'true')`);
    const supabase = createClient(lab.backend.url, lab.backend.anonKey);
    const { manager: own } = (await run('numbered', { supabase })) as { manager: RealtimeManager };
    await changes(insertBooking)(own);
    await changes(insertBooking)(own);
    expect(printed.mock.calls).toEqual([[2, expect.any(String)]]);
    await own.dispose();
  });

  it('delivery: prints the net effect of a window', async () => {
    await run('delivery', { manager });
    await changes(insertBooking)(manager);
    expect(printed).toHaveBeenCalledWith('INSERT', expect.objectContaining({ client_name: 'Ann' }));
  });

  it('presence: says who is here, and sends', async () => {
    const other = createRealtimeManager(quick(lab.backend));
    const got = vi.fn();
    const theirs = other.channel(`business:${businessId}`);
    theirs.on('note', got);
    await until(() => {
      expect(theirs.status().state).toBe('live');
    });
    await run('presence', { manager });
    await until(() => {
      expect(got).toHaveBeenCalledWith({ text: 'hello' }, { event: 'note', replayed: false });
      expect(printed).toHaveBeenCalledWith('here', 1);
    });
    void theirs.send('note', { text: 'hi' });
    await until(() => {
      expect(printed).toHaveBeenCalledWith('note', { text: 'hi' });
    });
    await other.dispose();
  });

  it('channel: receives, and is present under its key', async () => {
    await run('channel', { manager });
    await manager.broadcast('room:7', 'message', { text: 'from elsewhere' });
    await until(() => {
      expect(printed.mock.calls).toContainEqual(['present', 'Ana']);
      expect(printed.mock.calls).toContainEqual(['message', 'from elsewhere']);
    });
  });

  it('channel types: send to a channel of the pattern', async () => {
    const { backend } = lab;
    const globals = { url: backend.url, apikey: backend.anonKey, roomId: '7' };
    const example = (await run('channel types', globals)) as { manager: RealtimeManager };
    await manager.ready();
    await until(() => {
      expect(example.manager.status().channels).toMatchObject([{ name: 'room:7', state: 'live' }]);
    });
    await manager.broadcast('room:7', 'cursor', { x: 3, y: 4 });
    await until(() => {
      expect(printed).toHaveBeenCalledWith(3, 4);
    });
    await example.manager.dispose();
  });

  it('channel hooks: show who is there and what came', async () => {
    const { Room } = (await run('channel hooks')) as { Room: ComponentType<{ name: string; user: string }> };
    const other = createRealtimeManager(quick(lab.backend));
    const theirs = other.channel('salon');
    const got = vi.fn();
    theirs.on('message', got);
    theirs.track({ user: 'Ben' });
    const host = document.createElement('div');
    const root = createRoot(host);
    await act(async () => {
      root.render(
        <RealtimeProvider manager={manager}>
          <Room name="salon" user="Ana" />
        </RealtimeProvider>,
      );
      await Promise.resolve();
    });
    await untilInTree(() => {
      expect(host.textContent).toBe('live: , with Ben');
    });
    await act(() => theirs.send('message', { text: 'hello' }, { ack: true }));
    await untilInTree(() => {
      expect(host.textContent).toBe('live: hello, with Ben');
    });
    host.querySelector('button')?.click();
    await until(() => {
      expect(got).toHaveBeenCalledWith({ text: 'hello from Ana' }, expect.anything());
    });
    await act(async () => {
      root.unmount();
      await Promise.resolve();
    });
    await other.dispose();
  });

  it('live bookings: fetch, and take in a change', async () => {
    const fetchBookings = vi.fn(() => Promise.resolve([{ id: -1 }]));
    const { live } = (await run('live bookings', { manager, fetchBookings })) as { live: LiveRows<{ id: number }> };
    await until(() => {
      expect(live.status()).toMatchObject({ state: 'live' });
    });
    expect(fetchBookings).toHaveBeenCalledWith(businessId);
    await lab.db.query(insertBooking, [businessId]);
    await until(() => {
      expect(printed).toHaveBeenCalledWith('live', [{ id: -1 }, expect.objectContaining({ client_name: 'Ann' })]);
    });
  });

  it('registered types: declare nothing at run time', async () => {
    expect(Object.keys((await run('registered types')) as object)).toEqual(['listen', 'note']);
  });

  it('live rows: follow the table', async () => {
    const supabase = createClient(lab.backend.url, lab.backend.anonKey);
    const { live } = (await run('live rows', { manager, supabase })) as { live: LiveRows<{ client_name: string }> };
    const count = async (): Promise<number> =>
      (await lab.db.query('select from bookings where business_id = $1', [businessId])).rowCount ?? 0;
    await until(() => {
      expect(live.status()).toMatchObject({ state: 'live' });
    });
    expect(live.rows()).toHaveLength(await count());
    await lab.db.query(insertBooking, [businessId]);
    const expected = await count();
    await until(() => {
      expect(live.rows()).toHaveLength(expected);
    });
    expect(printed).toHaveBeenCalledWith('live', live.rows());
  });
});

describe('the examples of the documents for React', () => {
  /** Renders below a provider. */
  async function show(tree: ReactNode): Promise<{ text: () => string; end: () => void }> {
    const host = document.createElement('div');
    const root = createRoot(host);
    await act(async () => {
      root.render(
        <RealtimeProvider manager={manager} queryClient={new RecordingClient()}>
          {tree}
        </RealtimeProvider>,
      );
      await manager.ready();
    });
    const end = (): void => {
      act(() => {
        root.unmount();
      });
    };
    return { text: () => host.textContent, end };
  }

  it('provider: shows the status, and a toast for an insert', async () => {
    const host = document.createElement('div');
    host.id = 'root';
    document.body.append(host);
    const { url, anonKey: apikey } = lab.backend;
    const { queryClient } = await act(() => run('provider', { url, apikey }) as Promise<{ queryClient: QueryClient }>);
    await untilInTree(() => {
      expect(host.querySelector('[data-state]')?.getAttribute('data-state')).toBe('live');
    });
    const invalidate = vi.spyOn(queryClient, 'invalidateQueries');
    await lab.db.query(insertBooking, [businessId]);
    await untilInTree(() => {
      expect(document.body.textContent).toContain('New bookingAnn, Cut');
      expect(invalidate).toHaveBeenCalledWith({ queryKey: ['bookings', businessId] }, expect.anything());
    });
  });

  it('useRealtime: subscribes to what is enabled', async () => {
    const { MyComponent } = (await run('useRealtime')) as { MyComponent: ComponentType<{ businessId: string }> };
    const { end } = await show(<MyComponent businessId={businessId} />);
    await act(() => untilStatus(manager, 'live', ({ overall }) => overall === 'live', MS));
    expect(manager.status().subscriptions).toMatchObject([
      { table: 'bookings', filter: `business_id=eq.${businessId}` },
    ]);
    end();
    await until(() => {
      expect(manager.stats().subscriptions).toBe(0);
    });
  });

  it('own hook: subscribes to its table', async () => {
    const { useShop } = (await run('own hook')) as {
      useShop: (options: object) => { connectionStatus: { orders: string } };
    };
    function Shop(): ReactNode {
      return useShop({ shopId: 5, enableOrders: true }).connectionStatus.orders;
    }
    const { end } = await show(<Shop />);
    expect(manager.status().subscriptions).toMatchObject([{ table: 'orders', filter: 'shop_id=eq.5' }]);
    end();
  });

  it('hooks: show rows, changes and the round trip', async () => {
    const fetchBookings = (): Promise<object[]> => Promise.resolve([{ id: 1, client_name: 'Zoë' }]);
    const { Bookings } = (await run('hooks', { fetchBookings })) as { Bookings: ComponentType<{ businessId: string }> };
    const { text, end } = await show(<Bookings businessId={businessId} />);
    await untilInTree(() => {
      expect(text()).toMatch(/^live: Zoë \((\?|[\d.]+) ms\)$/);
      expect(printed).toHaveBeenCalledWith('SUBSCRIBED', expect.anything());
    });
    await lab.db.query(`insert into staff (business_id, full_name, position) values ($1, 'Bo', 'Barber')`, [
      businessId,
    ]);
    await untilInTree(() => {
      expect(printed).toHaveBeenCalledWith('INSERT');
    });
    end();
  });

  it('testing: drives a component by a fake manager', async () => {
    function Bookings({ businessId: id }: { businessId: string }): ReactNode {
      const { rows } = useLiveRows<{ id: number; client_name: string }>({
        table: 'bookings',
        key: 'id',
        filter: `business_id=eq.${id}`,
        fetch: () => Promise.resolve([{ id: 1, client_name: 'Zoë' }]),
      });
      return rows.map(({ client_name: name }) => name).join(', ');
    }
    await run('testing', { Bookings });
  });

  it('toaster: is one for the provider', async () => {
    const showMessage = vi.fn();
    const { toaster } = (await run('toaster', { showMessage })) as { toaster: Toaster };
    toaster({ title: 'New booking', description: 'Ann', id: 'a' });
    expect(showMessage).toHaveBeenCalledWith('New booking Ann', { id: 'a' });
  });
});

it('each of them has been run', () => {
  expect(examples.left).toEqual([]);
});
