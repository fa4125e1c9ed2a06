import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EditSession } from '../../../web/dashboard/src/writing/index.js';
import { openLab, type Lab } from '../support/lab.js';
import { bookingTable, editSession, Plug, type Booking, type Draft } from './bookingForms.js';

const business = '11111111-1111-4111-8111-111111111111';
const ID = 820_001;

let lab: Lab;
let plug: Plug;
/** What was sent: method, and body for writes. */
let sent: string[];
/** Called instead of sending a request with this method, each once; gets the way to send. */
let intercepts: { method: string; run: (send: () => Promise<Response>) => Promise<Response> }[];

beforeAll(async () => {
  lab = await openLab();
});

afterAll(() => lab.close());

beforeEach(async () => {
  plug = new Plug();
  sent = [];
  intercepts = [];
  await lab.db.query('delete from bookings where id = $1', [ID]);
  await lab.db.query(
    `insert into bookings (id, business_id, client_name, service, status, starts_at, duration_minutes)
     values ($1, $2, 'Ada', 'Cut', 'pending', '2026-03-31T10:00:00Z', 30)`,
    [ID, business],
  );
});

const sendOrIntercept: typeof fetch = (input, init) => {
  const send = (): Promise<Response> => {
    sent.push(`${init?.method ?? ''} ${typeof init?.body === 'string' ? init.body : ''}`.trim());
    return fetch(input, init);
  };
  const [next] = intercepts;
  if (next === undefined || next.method !== init?.method) return send();
  intercepts.shift();
  return next.run(send);
};

async function currentRow(): Promise<Booking> {
  const row = await bookingTable(lab.backend).find('id', ID);
  if (row === undefined) throw new Error('there is no row');
  return row;
}

/** What a colleague does. */
const others = async (change: string): Promise<void> => {
  await lab.db.query(`update bookings set ${change} where id = $1`, [ID]);
};

/** A form of which status and minutes belong together. */
async function open(together: readonly (keyof Draft)[] = ['status', 'minutes']): Promise<EditSession<Booking, Draft>> {
  return editSession(bookingTable(lab.backend, sendOrIntercept), plug, await currentRow(), together);
}

const lost = (): Promise<Response> => Promise.reject(new TypeError('Failed to fetch'));
const patches = (): string[] => sent.filter((request) => request.startsWith('PATCH'));

/** Each moment of a save at which a colleague's change can come in before the write. */
const moments: Record<string, (session: EditSession<Booking, Draft>, change: string) => Promise<void>> = {
  'before the submit, unseen': async (session, change) => {
    await others(change);
    await session.submit();
  },
  'while the save waits for a connection': async (session, change) => {
    plug.switch(false);
    const done = session.submit();
    await others(change);
    plug.switch(true);
    await done;
  },
  'while the save waits for a connection, and over realtime': async (session, change) => {
    plug.switch(false);
    const done = session.submit();
    await others(change);
    session.arrive(await currentRow());
    plug.switch(true);
    await done;
  },
  'while the write is on its way': async (session, change) => {
    intercepts.push({
      method: 'PATCH',
      run: async (send) => {
        await others(change);
        return send();
      },
    });
    await session.submit();
  },
  'while a write that did not arrive has no answer': async (session, change) => {
    intercepts.push({
      method: 'PATCH',
      run: async () => {
        await others(change);
        return lost();
      },
    });
    await session.submit();
  },
  'between the read and the repeated write': async (session, change) => {
    intercepts.push(
      {
        method: 'PATCH',
        run: async (send) => {
          await others("service = 'Colour'");
          return send();
        },
      },
      {
        method: 'PATCH',
        run: async (send) => {
          await others(change);
          return send();
        },
      },
    );
    await session.submit();
  },
};

describe.each(Object.entries(moments))('a change by others %s', (_moment, save) => {
  it('stops the save where it belongs together with what is written, and keeps both until it is decided', async () => {
    const session = await open();
    session.set('minutes', '45');
    await save(session, "status = 'cancelled'");
    expect(session.state()).toMatchObject({
      phase: 'editing',
      isDirty: true,
      conflicts: [{ field: 'status', before: 'pending', theirs: 'cancelled', mine: 'pending' }],
      draft: { status: 'pending', minutes: '45' },
    });
    expect(await currentRow()).toMatchObject({ status: 'cancelled', duration_minutes: 30 });
    await session.submit();
    expect(await currentRow()).toMatchObject({ status: 'cancelled', duration_minutes: 30 });
  });

  it('that was taken over by a decision is not written', async () => {
    const session = await open();
    session.set('minutes', '45');
    await save(session, "status = 'cancelled'");
    session.resolve('status', 'theirs');
    await session.submit();
    expect(session.state()).toMatchObject({ phase: 'saved', lateNews: [] });
    expect(patches().at(-1)).toBe('PATCH {"duration_minutes":45}');
    expect(session.row).toMatchObject({ status: 'cancelled', duration_minutes: 45 });
  });

  it('that was decided against is taken back', async () => {
    const session = await open();
    session.set('minutes', '45');
    await save(session, "status = 'cancelled'");
    session.resolve('status', 'mine');
    await session.submit();
    expect(session.state().phase).toBe('saved');
    expect(await currentRow()).toMatchObject({ status: 'pending', duration_minutes: 45 });
  });

  it('elsewhere in the row is reported with the save, which gives the row as it is stored', async () => {
    const session = await open();
    session.set('minutes', '45');
    await save(session, "client_name = 'Bo'");
    expect(session.state()).toMatchObject({ phase: 'saved', conflicts: [] });
    expect(session.state().lateNews).toContainEqual({ field: 'client', label: 'client', before: 'Ada', theirs: 'Bo' });
    expect(session.row).toEqual(await currentRow());
    expect(session.row).toMatchObject({ client_name: 'Bo', duration_minutes: 45 });
  });

  it('of a field of the set is reported where nothing of the set is written', async () => {
    const session = await open();
    session.set('client', 'Bo');
    await save(session, "status = 'cancelled'");
    expect(session.state()).toMatchObject({ phase: 'saved', conflicts: [] });
    expect(session.state().lateNews).toContainEqual({
      field: 'status',
      label: 'status',
      before: 'pending',
      theirs: 'cancelled',
    });
  });

  it('that wrote the same asks nothing, and is reported with the rest', async () => {
    const session = await open();
    session.set('status', 'cancelled');
    await save(session, "status = 'cancelled', duration_minutes = 60");
    expect(session.state()).toMatchObject({ phase: 'saved', conflicts: [] });
    expect(session.state().lateNews.map(({ theirs }) => theirs)).toContain('60 min');
    expect(await currentRow()).toMatchObject({ status: 'cancelled', duration_minutes: 60 });
  });
});

describe('a question about what belongs together', () => {
  it('is not asked of what the form has shown before the submit, which is no late news', async () => {
    const session = await open();
    session.set('minutes', '45');
    await others("status = 'confirmed'");
    session.arrive(await currentRow());
    await session.submit();
    expect(session.state()).toMatchObject({ phase: 'saved', lateNews: [], news: [{ theirs: 'confirmed' }] });
  });

  it('is asked of every field where the row counts as it was seen', async () => {
    const session = await open(['client', 'service', 'status', 'minutes']);
    session.set('status', 'cancelled');
    await others("client_name = 'Bo', duration_minutes = 60");
    await session.submit();
    expect(session.state().conflicts.map(({ field, theirs }) => [field, theirs])).toEqual([
      ['client', 'Bo'],
      ['minutes', '60 min'],
    ]);
    expect(patches()).toHaveLength(1);
    expect((await currentRow()).status).toBe('pending');
  });

  it('is asked beside a conflict', async () => {
    const session = await open();
    session.set('minutes', '45');
    await others("status = 'cancelled', duration_minutes = 60");
    await session.submit();
    expect(session.state().conflicts.map(({ field, mine }) => [field, mine])).toEqual([
      ['status', 'pending'],
      ['minutes', '45 min'],
    ]);
  });

  it('stays while the row changes on, and ends when others take their change back', async () => {
    const session = await open();
    session.set('minutes', '45');
    await others("status = 'cancelled'");
    await session.submit();
    await others("status = 'no_show'");
    session.arrive(await currentRow());
    expect(session.state().conflicts).toMatchObject([{ field: 'status', before: 'pending', theirs: 'no_show' }]);
    await others("status = 'pending'");
    session.arrive(await currentRow());
    expect(session.state().conflicts).toEqual([]);
  });

  it('is asked again when they change it again after the decision', async () => {
    const session = await open();
    session.set('minutes', '45');
    await others("status = 'cancelled'");
    await session.submit();
    session.resolve('status', 'theirs');
    await others("status = 'no_show'");
    await session.submit();
    expect(session.state().conflicts).toMatchObject([{ before: 'cancelled', theirs: 'no_show', mine: 'cancelled' }]);
    expect((await currentRow()).duration_minutes).toBe(30);
  });

  it('is not asked of what others changed after a write that arrived without an answer, which is reported', async () => {
    const session = await open();
    session.set('minutes', '45');
    intercepts.push({
      method: 'PATCH',
      run: async (send) => {
        await send();
        await others("status = 'cancelled'");
        return lost();
      },
    });
    await session.submit();
    expect(session.state()).toMatchObject({ phase: 'saved', conflicts: [], lateNews: [{ theirs: 'cancelled' }] });
    expect(session.row).toEqual(await currentRow());
    expect(patches()).toHaveLength(1);
  });

  it('that is open when the row is removed leaves what the form shows to be added again', async () => {
    const session = await open();
    session.set('minutes', '45');
    await others("status = 'cancelled'");
    await session.submit();
    await lab.db.query('delete from bookings where id = $1', [ID]);
    session.arrive(undefined);
    await session.addAgain();
    expect(session.state().phase).toBe('saved');
    expect(await currentRow()).toMatchObject({ status: 'pending', duration_minutes: 45 });
  });
});

describe('late news', () => {
  it('name what was seen and what is stored when a field changes several times during a save', async () => {
    const session = await open();
    session.set('minutes', '45');
    for (const client of ['Bo', 'Cy']) {
      intercepts.push({
        method: 'PATCH',
        run: async (send) => {
          await others(`client_name = '${client}'`);
          return send();
        },
      });
    }
    await session.submit();
    expect(session.state().lateNews).toMatchObject([{ before: 'Ada', theirs: 'Cy' }]);
  });

  it('are those of the last submit', async () => {
    const session = await open();
    session.set('minutes', '45');
    await others("client_name = 'Bo', duration_minutes = 60");
    await session.submit();
    expect(session.state().lateNews).toMatchObject([{ theirs: 'Bo' }]);
    session.resolve('minutes', 'mine');
    await session.submit();
    expect(session.state()).toMatchObject({ phase: 'saved', lateNews: [], news: [{ theirs: 'Bo' }] });
  });
});

it('an open conflict stays a question while the old value is typed and the row changes on', async () => {
  const session = await open([]);
  session.set('status', 'confirmed');
  await others("status = 'cancelled'");
  session.arrive(await currentRow());
  session.set('status', 'pending');
  await others("status = 'no_show'");
  session.arrive(await currentRow());
  expect(session.state().conflicts).toMatchObject([{ theirs: 'no_show', mine: 'pending' }]);
});
