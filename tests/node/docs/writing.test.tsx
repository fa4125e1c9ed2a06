// @vitest-environment happy-dom
import { act, type ComponentType } from 'react';
import { createRoot } from 'react-dom/client';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { EditSession, type RowTable } from '../../../web/dashboard/src/writing/index.js';
import { openLab, type Lab } from '../support/lab.js';
import { fields as sessionFields, Plug, type Booking, type Draft } from '../writing/bookingForms.js';
import { Examples, removeExamples } from './examples.js';
import { surroundings } from './surroundings.js';

const MS = 60_000;
const id = 810_001;
const businessId = '88888888-8888-4888-8888-888888888888';
const examples = new Examples('docs/writing.md');
const row: Booking = {
  id,
  version: 1,
  updated_at: '2026-03-31T10:00:00Z',
  idempotency_key: null,
  business_id: businessId,
  client_name: 'Ann',
  service: 'Cut',
  status: 'pending',
  starts_at: '2026-03-31T10:00:00Z',
  duration_minutes: 30,
};

let lab: Lab;

beforeAll(async () => {
  lab = await openLab();
}, 2 * MS);

afterAll(async () => {
  removeExamples();
  await lab.close();
});

beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

function run(name: string, globals: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
  for (const [key, value] of Object.entries(globals)) vi.stubGlobal(key, value);
  return examples.run(name, surroundings[name]);
}

it('writing fields: read and write columns', async () => {
  const { fields } = (await run('writing fields')) as { fields: typeof sessionFields };
  expect(fields.minutes.write(fields.minutes.read(row), row)).toEqual({ duration_minutes: 30 });
  expect(fields.status.show('no_show')).toBe('no show');
});

it('writing session: saves what has changed', async () => {
  const printed = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const { rows } = await lab.db.query<{ version: number }>(
    `insert into bookings (id, business_id, client_name, service, status, starts_at, duration_minutes)
     values ($1, $2, 'Ann', 'Cut', 'pending', now(), 30) returning version::int`,
    [id, businessId],
  );
  const { url, anonKey: apikey } = lab.backend;
  await run('writing session', { url, apikey, row: { ...row, ...rows[0] } });
  expect(printed).toHaveBeenCalledWith('saved', expect.objectContaining({ id, status: 'confirmed' }));
  const saved = await lab.db.query('select status, duration_minutes from bookings where id = $1', [id]);
  expect(saved.rows).toEqual([{ status: 'confirmed', duration_minutes: 30 }]);
});

it('writing together: asks, and saves nothing', async () => {
  const printed = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const table: RowTable<Booking> = {
    insert: () => Promise.resolve(undefined),
    update: () => Promise.resolve(undefined),
    find: () => Promise.resolve({ ...row, version: 2, status: 'cancelled' }),
  };
  await run('writing together', { table, row });
  expect(printed.mock.calls).toEqual([['status was pending, now cancelled: save all the same?']]);
});

it('writing form: shows the draft, and sends it', async () => {
  const { BookingForm } = (await run('writing form')) as {
    BookingForm: ComponentType<{ open: () => EditSession<Booking, Draft>; current: Booking }>;
  };
  const update = vi.fn<RowTable<Booking>['update']>((_id, version, change) =>
    Promise.resolve({ ...row, ...change, version: version + 1 }),
  );
  const table = { update, insert: () => Promise.resolve(row), find: () => Promise.resolve(row) };
  const session = new EditSession({ table, fields: sessionFields, connection: new Plug(), start: { row } });
  const host = document.createElement('div');
  document.body.append(host);
  const root = createRoot(host);
  act(() => {
    root.render(<BookingForm open={() => session} current={row} />);
  });
  expect(host.querySelector('input')?.value).toBe('30');
  await act(async () => {
    session.set('minutes', '45');
    host.querySelector('form')?.requestSubmit();
    await vi.waitFor(() => {
      expect(session.state().phase).toBe('saved');
    });
  });
  expect(update.mock.calls).toEqual([[id, 1, { duration_minutes: 45 }]]);
  act(() => {
    root.unmount();
  });
});

it('each of them has been run', () => {
  expect(examples.left).toEqual([]);
});
