import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EditSession } from '../../../web/dashboard/src/writing/index.js';
import { openLab, type Lab } from '../support/lab.js';
import { bookingTable, editSession, newSession, Plug, start, type Booking, type Draft } from './bookingForms.js';

const business = '11111111-1111-4111-8111-111111111111';
const ID = 800_001;

let lab: Lab;
let plug: Plug;
/** What was sent: method, and body for writes. */
let sent: string[];
/** Called instead of sending, while set; gets the way to send. */
let intercept: ((send: () => Promise<Response>) => Promise<Response>) | null;

beforeAll(async () => {
  lab = await openLab();
});

afterAll(() => lab.close());

beforeEach(async () => {
  plug = new Plug();
  sent = [];
  intercept = null;
  await lab.db.query("delete from bookings where id = $1 or client_name in ('Ada', 'Bo')", [ID]);
});

const recordingFetch: typeof fetch = (input, init) => {
  const send = (): Promise<Response> => {
    sent.push(`${init?.method ?? ''} ${typeof init?.body === 'string' ? init.body : ''}`.trim());
    return fetch(input, init);
  };
  return intercept === null ? send() : intercept(send);
};

const table = () => bookingTable(lab.backend, recordingFetch);

async function insertRow(): Promise<Booking> {
  await lab.db.query(
    `insert into bookings (id, business_id, client_name, service, status, starts_at, duration_minutes)
     values ($1, $2, 'Ada', 'Cut', 'pending', '2026-03-31T10:00:00Z', 30)`,
    [ID, business],
  );
  return currentRow();
}

async function currentRow(): Promise<Booking> {
  const row = await bookingTable(lab.backend).find('id', ID);
  if (row === undefined) throw new Error('there is no row');
  return row;
}

const open = (row: Booking): EditSession<Booking, Draft> => editSession(table(), plug, row);

async function count(): Promise<number> {
  const { rows } = await lab.db.query<{ count: number }>(
    "select count(*)::int as count from bookings where client_name in ('Ada', 'Bo')",
  );
  return rows[0]?.count ?? 0;
}

const lost = (): Promise<Response> => Promise.reject(new TypeError('Failed to fetch'));

describe('adding', () => {
  it('is one insert, however often it is submitted meanwhile', async () => {
    const session = newSession(table(), plug, business);
    await Promise.all([session.submit(), session.submit(), session.submit()]);
    await session.submit();
    expect(session.state()).toMatchObject({ phase: 'saved', problem: null });
    expect(sent).toHaveLength(1);
    expect(await count()).toBe(1);
  });

  it('is one row when the answer is lost: the row is found, and nothing is sent again', async () => {
    const session = newSession(table(), plug, business);
    const seen: [string, boolean][] = [];
    session.subscribe(() => seen.push([session.state().phase, session.state().isUnanswered]));
    intercept = async (send) => {
      intercept = null;
      await send();
      return lost();
    };
    await session.submit();
    expect(seen).toContainEqual(['waiting', true]);
    expect(session.state()).toMatchObject({ phase: 'saved', isUnanswered: false, problem: null });
    expect(sent.map((request) => request.split(' ')[0])).toEqual(['POST', 'GET', 'GET']);
    expect(await count()).toBe(1);
  });

  it('is sent again until there is an answer when it did not arrive, without anybody asking', async () => {
    const session = newSession(table(), plug, business);
    let failures = 3;
    intercept = (send) => {
      failures -= 1;
      return failures < 0 ? send() : lost();
    };
    await session.submit();
    expect(session.state()).toMatchObject({ phase: 'saved', problem: null });
    expect(sent.map((request) => request.split(' ')[0])).toEqual(['GET', 'POST']);
    expect(await count()).toBe(1);
  });

  it('tries again at once when the connection is back', async () => {
    const session = newSession(table(), plug, business);
    intercept = () => {
      plug.switch(false);
      return lost();
    };
    const done = session.submit();
    await expect.poll(() => session.state()).toMatchObject({ phase: 'waiting', isUnanswered: true });
    intercept = null;
    plug.switch(true);
    await done;
    expect(session.state().phase).toBe('saved');
    expect(await count()).toBe(1);
  });

  it('ends when it is discarded while there is no answer', async () => {
    const session = newSession(table(), plug, business);
    intercept = lost;
    const done = session.submit();
    await expect.poll(() => session.state().phase).toBe('waiting');
    session.discard();
    await done;
    expect(session.state().phase).toBe('discarded');
    expect(await count()).toBe(0);
  });

  it('is one row when the answer is lost and the row cannot be read, with what was typed since', async () => {
    const session = newSession(table(), plug, business);
    intercept = async (send) => {
      intercept = () => Promise.resolve(new Response('', { status: 500 }));
      await send();
      return lost();
    };
    await session.submit();
    expect(session.state()).toMatchObject({ phase: 'editing', isUnanswered: true, problem: { text: /has a problem/ } });
    intercept = null;
    session.set('client', 'Bo');
    await session.submit();
    expect(session.state()).toMatchObject({ phase: 'saved', isUnanswered: false });
    expect(await count()).toBe(1);
    expect(session.row?.client_name).toBe('Bo');
    expect(sent.at(-1)).toBe('PATCH {"client_name":"Bo"}');
  });

  it('waits while there is no connection, and is discarded by the form that waits only', async () => {
    plug.switch(false);
    const [first, second] = [newSession(table(), plug, business), newSession(table(), plug, business)];
    const done = [first.submit(), second.submit()];
    expect([first.state().phase, second.state().phase]).toEqual(['waiting', 'waiting']);
    second.set('client', 'Bo');
    expect(second.state().draft).toEqual(start);
    first.discard();
    plug.switch(true);
    await Promise.all(done);
    expect([first.state().phase, second.state().phase]).toEqual(['discarded', 'saved']);
    expect(await count()).toBe(1);
  });
});

describe('editing', () => {
  it('sends only what was changed, and nothing when nothing was', async () => {
    const untouched = open(await insertRow());
    await untouched.submit();
    expect(untouched.state().phase).toBe('saved');
    expect(sent).toEqual([]);
    const session = open(await currentRow());
    session.set('status', 'confirmed');
    await session.submit();
    expect(sent).toEqual(['PATCH {"status":"confirmed"}']);
    expect((await currentRow()).version).toBe(session.row?.version);
  });

  it('keeps what others changed elsewhere in the row', async () => {
    const session = open(await insertRow());
    await lab.db.query("update bookings set service = 'Colour', duration_minutes = 90 where id = $1", [ID]);
    session.set('status', 'confirmed');
    await session.submit();
    expect(session.state().phase).toBe('saved');
    expect(await currentRow()).toMatchObject({ service: 'Colour', duration_minutes: 90, status: 'confirmed' });
    expect(session.state().news.map(({ label, before, theirs }) => [label, before, theirs])).toEqual([
      ['service', 'Cut', 'Colour'],
      ['minutes', '30 min', '90 min'],
    ]);
  });

  it('asks when both changed the same field, and writes what was decided', async () => {
    const session = open(await insertRow());
    await lab.db.query("update bookings set status = 'cancelled', duration_minutes = 60 where id = $1", [ID]);
    session.set('status', 'confirmed');
    session.set('minutes', '45');
    await session.submit();
    expect(session.state()).toMatchObject({ phase: 'editing', changedAt: (await currentRow()).updated_at });
    expect(session.state().conflicts).toEqual([
      { field: 'status', label: 'status', before: 'pending', theirs: 'cancelled', mine: 'confirmed' },
      { field: 'minutes', label: 'minutes', before: '30 min', theirs: '60 min', mine: '45 min' },
    ]);
    await session.submit();
    expect(await currentRow()).toMatchObject({ status: 'cancelled', duration_minutes: 60 });
    session.resolve('status', 'theirs');
    session.resolve('minutes', 'mine');
    await session.submit();
    expect(session.state().phase).toBe('saved');
    expect(await currentRow()).toMatchObject({ status: 'cancelled', duration_minutes: 45 });
  });

  it('asks again when they change it again after the decision', async () => {
    const session = open(await insertRow());
    session.set('status', 'confirmed');
    await lab.db.query("update bookings set status = 'cancelled' where id = $1", [ID]);
    session.arrive(await currentRow());
    session.resolve('status', 'mine');
    await lab.db.query("update bookings set status = 'no_show' where id = $1", [ID]);
    await session.submit();
    expect(session.state().conflicts).toMatchObject([{ before: 'cancelled', theirs: 'no_show', mine: 'confirmed' }]);
    expect((await currentRow()).status).toBe('no_show');
  });

  it('has no conflict when both come to the same value', async () => {
    const session = open(await insertRow());
    session.set('status', 'cancelled');
    await lab.db.query("update bookings set status = 'cancelled' where id = $1", [ID]);
    session.arrive(await currentRow());
    expect(session.state()).toMatchObject({ conflicts: [], isDirty: false });
    session.set('status', 'confirmed');
    await lab.db.query("update bookings set status = 'no_show' where id = $1", [ID]);
    session.arrive(await currentRow());
    expect(session.state().conflicts).toHaveLength(1);
    session.set('status', 'no_show');
    expect(session.state()).toMatchObject({ conflicts: [], isDirty: false });
  });

  it('compares versions also after it has waited for a connection', async () => {
    const session = open(await insertRow());
    session.set('status', 'confirmed');
    plug.switch(false);
    const done = session.submit();
    expect(session.state().phase).toBe('waiting');
    await lab.db.query("update bookings set status = 'cancelled' where id = $1", [ID]);
    session.arrive(await currentRow());
    plug.switch(true);
    await done;
    expect(session.state()).toMatchObject({
      phase: 'editing',
      conflicts: [{ theirs: 'cancelled', mine: 'confirmed' }],
    });
    expect((await currentRow()).status).toBe('cancelled');
  });

  it('keeps a conflict open while somebody types the old value', async () => {
    const session = open(await insertRow());
    session.set('status', 'confirmed');
    await lab.db.query("update bookings set status = 'cancelled' where id = $1", [ID]);
    session.arrive(await currentRow());
    session.set('status', 'pending');
    await session.submit();
    expect(session.state().conflicts).toMatchObject([{ theirs: 'cancelled', mine: 'pending' }]);
    expect(sent).toEqual([]);
    session.resolve('status', 'mine');
    await session.submit();
    expect((await currentRow()).status).toBe('pending');
  });

  it('ignores states older than the one it knows', async () => {
    const old = await insertRow();
    const session = open(old);
    await lab.db.query("update bookings set service = 'Colour' where id = $1", [ID]);
    session.arrive(await currentRow());
    session.arrive(old);
    expect(session.state().draft.service).toBe('Colour');
  });

  it('knows its own change again when the answer was lost', async () => {
    const session = open(await insertRow());
    session.set('status', 'confirmed');
    intercept = async (send) => {
      intercept = null;
      await send();
      return lost();
    };
    await session.submit();
    expect(session.state()).toMatchObject({ phase: 'saved', conflicts: [], news: [] });
    expect(sent.filter((request) => request.startsWith('PATCH'))).toHaveLength(1);
  });

  it('is sent again with what others changed meanwhile when it did not arrive', async () => {
    const session = open(await insertRow());
    session.set('status', 'confirmed');
    intercept = async () => {
      intercept = null;
      await lab.db.query("update bookings set service = 'Colour' where id = $1", [ID]);
      return lost();
    };
    await session.submit();
    expect(session.state()).toMatchObject({ phase: 'saved', conflicts: [], news: [{ theirs: 'Colour' }] });
    expect(await currentRow()).toMatchObject({ status: 'confirmed', service: 'Colour' });
  });

  it('is one row that was added again when the answer is lost', async () => {
    const session = open(await insertRow());
    session.set('status', 'confirmed');
    await lab.db.query('delete from bookings where id = $1', [ID]);
    session.arrive(undefined);
    intercept = async (send) => {
      intercept = null;
      await send();
      return lost();
    };
    await session.addAgain();
    expect(session.state()).toMatchObject({ phase: 'saved', goneAt: null, conflicts: [] });
    expect(await count()).toBe(1);
    expect((await currentRow()).status).toBe('confirmed');
  });

  it('reports a row that was removed, and adds it again as it was with what was typed', async () => {
    const session = open(await insertRow());
    session.set('status', 'confirmed');
    await lab.db.query('delete from bookings where id = $1', [ID]);
    await session.submit();
    expect(session.state()).toMatchObject({ phase: 'editing', goneAt: expect.any(String) as string });
    await session.submit();
    expect(await count()).toBe(0);
    await session.addAgain();
    expect(session.state().phase).toBe('saved');
    expect(await currentRow()).toMatchObject({ client_name: 'Ada', service: 'Cut', status: 'confirmed' });
  });

  it('merges when somebody else has added the removed row again', async () => {
    const session = open(await insertRow());
    session.set('status', 'confirmed');
    await lab.db.query('delete from bookings where id = $1', [ID]);
    session.arrive(undefined);
    await insertRow();
    await lab.db.query("update bookings set status = 'no_show' where id = $1", [ID]);
    await session.addAgain();
    expect(session.state()).toMatchObject({ phase: 'editing', goneAt: null, conflicts: [{ theirs: 'no_show' }] });
    expect((await currentRow()).status).toBe('no_show');
  });

  it('says so when row level security hides the row from updates', async () => {
    const row = await insertRow();
    await lab.db.query('alter table bookings enable row level security');
    await lab.db.query('create policy reading on bookings for select using (true)');
    try {
      const session = open(row);
      session.set('status', 'confirmed');
      await session.submit();
      expect(session.state()).toMatchObject({
        phase: 'editing',
        problem: { text: 'You are not allowed to change this.' },
      });
    } finally {
      await lab.db.query('drop policy reading on bookings');
      await lab.db.query('alter table bookings disable row level security');
    }
  });

  it('explains what the database refuses', async () => {
    const session = open(await insertRow());
    session.set('minutes', '99999999999');
    await session.submit();
    expect(session.state().problem?.text).toBe('A number is too large.');
    session.set('minutes', '30');
    expect(session.state().isDirty).toBe(false);
  });
});
