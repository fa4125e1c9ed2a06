// @vitest-environment happy-dom
import type { ReactNode } from 'react';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createRealtimeHook, useLiveRows, useQueryInvalidation, useSubscription } from 'switchboard-realtime/react';
import { subscriptionDelta } from '../support/scriptedEngine.js';
import { RecordingClient, Stage } from '../react/support/stage.js';

let stage: Stage;

beforeEach(() => {
  const setup = { queryClient: new RecordingClient(), toaster: () => undefined };
  stage = new Stage(setup, { tables: { bookings: { by: 'business_id' } } });
});

afterEach(() => stage.close());

const filter = 'business_id=eq.7';
const useShop = createRealtimeHook({
  features: {
    bookings: {
      table: 'bookings',
      filter,
      via: 'broadcast',
      queryKeys: [['bookings']],
      toast: () => ({ title: 'new' }),
    },
  },
});

function Everything(): ReactNode {
  const bookings = { table: 'bookings', filter } as const;
  const from = { number: 41, epoch: 'e' };
  const status = useSubscription({ ...bookings, via: 'broadcast', leaving: 'update', from }, () => undefined);
  useLiveRows({ ...bookings, via: 'postgres_changes', key: 'id', fetch: () => Promise.resolve([{ id: 1 }]) });
  useQueryInvalidation({ ...bookings, via: 'broadcast', queryKeys: [['other']] });
  useShop({ enableBookings: true, showToasts: true });
  return `${status?.road ?? 'no road'} ${status?.fellBack?.code ?? ''}`;
}

it('every hook passes on which way changes come, and the status says which', async () => {
  await stage.render(<Everything />);
  await stage.bench.open();
  const specs = stage.engine.received.flatMap((command) => (command.kind === 'subscribe' ? [command.spec] : []));
  expect(specs.map(({ event, via, leaving, from }) => ({ event, via, leaving, from }))).toEqual([
    { event: '*', via: 'broadcast', leaving: 'update', from: { number: 41, epoch: 'e' } },
    { event: '*', via: 'postgres_changes' },
    // That of the query key, which the feature shares.
    { event: '*', via: 'broadcast' },
    { event: 'INSERT', via: 'broadcast' },
  ]);
  expect(stage.text).toBe('no road ');
  await stage.say(() => {
    const fellBack = { code: 'TRACK_REFUSED', message: 'no' } as const;
    stage.engine.status({ subscriptions: [subscriptionDelta(1, { road: 'broadcast', fellBack })] });
  });
  expect(stage.text).toBe('broadcast TRACK_REFUSED');
});
