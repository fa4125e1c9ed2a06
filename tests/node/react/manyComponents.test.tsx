// @vitest-environment happy-dom
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query';
import { act, StrictMode, type ReactNode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import WebSocket from 'ws';
import { RealtimeProvider, useRealtime } from 'switchboard-realtime/react';
import type { ManagerOptions, RealtimeManager } from 'switchboard-realtime';
import { createRealtimeManager, openLab, quick, untilStatus, type Lab } from '../support/lab.js';

const business = '99999999-9999-4999-8999-999999999999';
const wasm = readFileSync(join(import.meta.dirname, '../../../web/dist/wasm/switchboard.wasm'));
const MS = 60_000;

let lab: Lab;
let manager: RealtimeManager;
let root: Root;
let queries: QueryClient;
let fetches = 0;

beforeAll(async () => {
  vi.setConfig({ testTimeout: 3 * MS });
  lab = await openLab();
}, 2 * MS);

afterAll(() => lab.close());

beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  queries = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } });
  root = createRoot(document.createElement('div'));
  fetches = 0;
});

afterEach(async () => {
  act(() => {
    root.unmount();
  });
  queries.clear();
  await manager.dispose();
  vi.unstubAllGlobals();
});

function open(more: Partial<ManagerOptions>): void {
  // What this test's window has of its own is not made for sockets.
  manager = createRealtimeManager(quick(lab.backend, { transport: WebSocket, wasm, ...more }));
}

function Widget(): ReactNode {
  useRealtime({
    businessId: business,
    enableBookings: true,
    enablePayments: true,
    enableClientTransactions: true,
    enableClients: true,
    enableStaff: true,
    enableStaffAttendance: true,
    enableAdminAlerts: true,
  });
  const { data } = useQuery({
    queryKey: ['bookings', business],
    queryFn: async () => {
      fetches += 1;
      const { rows } = await lab.db.query<{ n: number }>(
        'select count(*)::int as n from bookings where business_id = $1',
        [business],
      );
      return rows[0]?.n ?? -1;
    },
  });
  return data;
}

async function show(count: number): Promise<void> {
  const widgets = Array.from({ length: count }, (_, index) => <Widget key={index} />);
  await act(async () => {
    root.render(
      <StrictMode>
        <QueryClientProvider client={queries}>
          <RealtimeProvider manager={manager} queryClient={queries}>
            {widgets}
          </RealtimeProvider>
        </QueryClientProvider>
      </StrictMode>,
    );
    await manager.ready();
  });
}

/** Resolves when this many subscriptions are live, and no other is subscribed. */
async function live(count: number): Promise<void> {
  await act(() =>
    untilStatus(
      manager,
      `${count} live`,
      ({ subscriptions }) => subscriptions.length === count && subscriptions.every(({ state }) => state === 'live'),
      MS,
    ),
  );
}

async function until(check: () => void): Promise<void> {
  await act(() => vi.waitFor(check, { timeout: MS, interval: 20 }));
}

describe('200 components over 7 tables', () => {
  it('share one socket, one channel and 7 bindings, which are given back after the last', async () => {
    open({ lingerMs: 100, idleCloseMs: 100 });
    const { statusListeners } = manager.stats();
    await show(200);
    await live(7);
    expect(manager.stats().core).toMatchObject({ sockets: 1, channels: 1, bindings: 7, subscriptions: 7 });
    expect(manager.stats().counters).toMatchObject({ connects: 1, joins: 1 });
    await show(0);
    expect(manager.stats()).toMatchObject({ subscriptions: 0, statusListeners });
    await until(() => {
      expect(manager.stats().core).toMatchObject({ sockets: 0, channels: 0, bindings: 0, subscriptions: 0 });
    });
    expect(manager.status().overall).toBe('idle');
  });

  it('join nothing again when they unmount and mount again', async () => {
    open({ lingerMs: 10 * MS });
    await show(200);
    await live(7);
    for (let round = 0; round < 3; round += 1) {
      await show(0);
      await show(200);
      await live(7);
    }
    expect(manager.stats().core).toMatchObject({ sockets: 1, channels: 1, bindings: 7 });
    expect(manager.stats().counters).toMatchObject({ connects: 1, joins: 1 });
  });

  it('refetch a query few times for a burst, and end with what the database has', async () => {
    open({});
    await show(200);
    await live(7);
    const shown = (): unknown => queries.getQueryData(['bookings', business]);
    await until(() => {
      expect(shown()).toBe(0);
    });
    const before = fetches;
    await lab.db.query(
      `insert into bookings (business_id, client_name, service, starts_at)
       select $1, 'Ann', 'Cut', now() from generate_series(1, 1000)`,
      [business],
    );
    await until(() => {
      expect(shown()).toBe(1_000);
    });
    // 1,000 changes for 200 components. One fetch, if the machine has let them through in one go.
    expect(fetches - before).toBeGreaterThan(0);
    expect(fetches - before).toBeLessThan(20);
    await until(() => {
      expect(manager.stats().counters.changes).toBe(1_000);
    });
  });

  it('see after an interruption what they have missed', async () => {
    open({ resyncJitterMs: 0 });
    await show(3);
    await live(7);
    await lab.backend.faults.refuse({ mode: 'drop' });
    lab.backend.faults.drop();
    await act(() =>
      untilStatus(manager, 'a loss', ({ subscriptions }) => subscriptions.every(({ state }) => state !== 'live'), MS),
    );
    await lab.db.query('delete from bookings where business_id = $1', [business]);
    await lab.backend.faults.reset();
    await until(() => {
      expect(queries.getQueryData(['bookings', business])).toBe(0);
    });
    await live(7);
    await until(() => {
      const { over, refetched } = manager.stats().gaps;
      expect([over >= 7, refetched]).toEqual([true, over]);
    });
  });
});
