import { beforeEach, expect, it } from 'vitest';
import {
  EditSession,
  UndecidedError,
  UnreachableError,
  type RowTable,
} from '../../../web/dashboard/src/writing/index.js';
import { fields, Plug, start, type Booking, type Draft } from './bookingForms.js';

let plug: Plug;
/** What was written. */
let written: Partial<Booking>[];
/** What `complete` does at each call. */
let answers: (() => string)[];
let calls: string[];

const row: Booking = {
  id: 7,
  version: 1,
  updated_at: '2026-03-31T10:00:00Z',
  idempotency_key: null,
  business_id: 'b',
  client_name: 'Ada',
  service: 'Cut',
  status: 'pending',
  starts_at: '2026-03-31T10:00:00Z',
  duration_minutes: 30,
};

beforeEach(() => {
  plug = new Plug();
  written = [];
  answers = [];
  calls = [];
});

const table: RowTable<Booking> = {
  insert: (columns) => {
    written.push(columns);
    return Promise.resolve({ ...row, ...columns });
  },
  update: (_id, _version, columns) => {
    written.push(columns);
    return Promise.resolve({ ...row, ...columns });
  },
  find: () => Promise.resolve(undefined),
};

const unreachable = (): never => {
  throw new UnreachableError('no answer');
};

function session(from: { row: Booking } | { draft: Draft; columns: Partial<Booking> }): EditSession<Booking, Draft> {
  const complete = (client: string): Promise<string> => {
    calls.push(client);
    return Promise.resolve().then(() => answers.shift()?.() ?? client);
  };
  return new EditSession({
    table,
    fields: { ...fields, client: { ...fields.client, complete } },
    connection: plug,
    start: from,
  });
}

it('a value is completed when it is sent, not when the form waits', async () => {
  plug.switch(false);
  answers = [() => 'Ada Lovelace'];
  const adding = session({ draft: start, columns: {} });
  const done = adding.submit();
  expect(adding.state().phase).toBe('waiting');
  expect(calls).toEqual([]);
  plug.switch(true);
  await done;
  expect(adding.state()).toMatchObject({ phase: 'saved', draft: { client: 'Ada Lovelace' } });
  expect(written).toMatchObject([{ client_name: 'Ada Lovelace' }]);
});

it('only a value that is sent is completed', async () => {
  const editing = session({ row });
  editing.set('minutes', '45');
  await editing.submit();
  expect(calls).toEqual([]);
  expect(written).toEqual([{ duration_minutes: 45 }]);
});

it('is asked again while there is no answer, and nothing counts as sent meanwhile', async () => {
  answers = [unreachable, unreachable, () => 'Ada Lovelace'];
  const editing = session({ row });
  editing.set('client', 'ada');
  const seen: [string, boolean][] = [];
  editing.subscribe(() => seen.push([editing.state().phase, editing.state().isUnanswered]));
  await editing.submit();
  expect(seen).toContainEqual(['waiting', false]);
  expect(seen.filter(([, isUnanswered]) => isUnanswered)).toEqual([]);
  expect(calls).toEqual(['ada', 'ada', 'ada']);
  expect(written).toEqual([{ client_name: 'Ada Lovelace' }]);
});

it('goes back to the form where the person has to decide', async () => {
  answers = [
    () => {
      throw new UndecidedError('Choose which Ada.');
    },
  ];
  const editing = session({ row });
  editing.set('client', 'ada');
  await editing.submit();
  expect(editing.state()).toMatchObject({ phase: 'editing', isDirty: true, problem: { text: 'Choose which Ada.' } });
  expect(written).toEqual([]);
  editing.set('client', 'Ada B.');
  await editing.submit();
  expect(editing.state()).toMatchObject({ phase: 'saved', problem: null });
  expect(written).toEqual([{ client_name: 'Ada B.' }]);
});

it('sends nothing when it is discarded meanwhile', async () => {
  plug.switch(false);
  const editing = session({ row });
  editing.set('client', 'ada');
  const done = editing.submit();
  editing.discard();
  await done;
  expect(editing.state().phase).toBe('discarded');
  expect([calls, written]).toEqual([[], []]);
});
