import { describe, expect, it } from 'vitest';
import { RefusedError, UnreachableError, type RowTable } from '../../../web/dashboard/src/writing/index.js';
import { Random } from '../../chaos/random.js';
import { editSession, fields, newSession, Plug, type Booking, type Draft } from './bookingForms.js';

type Name = keyof Draft;
type Session = ReturnType<typeof newSession>;
const names = Object.keys(fields) as Name[];

/** One row of a database, and an oracle: what the person at the form knows of it. */
class OneRow {
  row: Booking | undefined;
  #version = 0;
  /** What the person was shown, or had written here. */
  readonly shown: Record<string, string> = {};
  /** What the form overwrote although the person did not know of it. */
  readonly overwritten: string[] = [];
  updates = 0;

  /** As the form's own request. */
  write(change: Partial<Booking>): Booking {
    const before = this.#row();
    const after = this.#store({ ...before, ...change });
    this.updates += 1;
    for (const name of names) {
      const [from, to] = [fields[name].read(before), fields[name].read(after)];
      if (from !== to && from !== this.shown[name]) this.overwritten.push(`${name}: ${from} by ${to}`);
      if (from !== to) this.shown[name] = to;
    }
    return after;
  }

  add(row: Partial<Booking>): Booking {
    const added = this.#store({ id: 1, ...row } as Booking);
    for (const name of names) this.shown[name] = fields[name].read(added);
    return added;
  }

  /** As somebody else. */
  edit(name: Name, value: string): void {
    if (this.row === undefined) return;
    this.#store({ ...this.row, ...fields[name].write(value, this.row) });
  }

  #row(): Booking {
    if (this.row === undefined) throw new Error('there is no row');
    return this.row;
  }

  #store(row: Booking): Booking {
    this.#version += 1;
    this.row = { ...row, version: this.#version, updated_at: new Date(this.#version).toISOString() };
    return this.row;
  }
}

/** A table of which each request goes through `pass`, which may lose it, or the answer to it. */
function tableOf(data: OneRow, pass: <Answer>(send: () => Answer) => Promise<Answer>): RowTable<Booking> {
  const found = (column: keyof Booking, value: unknown): Booking | undefined =>
    data.row?.[column] === value ? data.row : undefined;
  return {
    insert: (row, unique) => pass(() => (found(unique, row[unique]) === undefined ? data.add(row) : undefined)),
    update: (id, version, change) =>
      pass(() => (found('id', id)?.version === version ? data.write(change) : undefined)),
    find: (column, value) => pass(() => found(column, value)),
  };
}

function impatient(open: (plug: Plug) => Session): Session {
  const plug = new Plug();
  const session = open(plug);
  session.subscribe(() => {
    // Not after the usual pause.
    if (session.state().phase === 'waiting')
      queueMicrotask(() => {
        plug.switch(true);
      });
  });
  return session;
}

const lose = (): never => {
  throw new UnreachableError('Failed to fetch');
};

/** A new row whose insert arrives without an answer; `meanwhile` happens before the row is read. */
function lostInsert(data: OneRow, meanwhile: () => void): Session {
  let isFirst = true;
  const table = tableOf(data, async (send) => {
    const answer = await Promise.resolve(send());
    if (!isFirst) return answer;
    isFirst = false;
    meanwhile();
    return lose();
  });
  return impatient((plug) => newSession(table, plug, 'b'));
}

describe('an insert without an answer', () => {
  it('is saved with what others changed in the row, and sends nothing more', async () => {
    const data = new OneRow();
    const session = lostInsert(data, () => {
      data.edit('minutes', '75');
      data.edit('status', 'cancelled');
    });
    session.set('client', 'Bo');
    await session.submit();
    expect(session.state()).toMatchObject({ phase: 'saved', conflicts: [], isDirty: false });
    expect(session.state().news.map(({ label, before, theirs }) => [label, before, theirs])).toEqual([
      ['status', 'pending', 'cancelled'],
      ['minutes', '30 min', '75 min'],
    ]);
    expect(data.row).toMatchObject({ client_name: 'Bo', duration_minutes: 75, status: 'cancelled' });
    expect(data.updates).toBe(0);
  });

  it('says nothing of changes where others made none', async () => {
    const session = lostInsert(new OneRow(), () => undefined);
    await session.submit();
    expect(session.state()).toMatchObject({ phase: 'saved', news: [], conflicts: [], changedAt: null });
  });
});

it('a row that is added again without an answer is saved with what others changed in it', async () => {
  const data = new OneRow();
  const row = data.add({ client_name: 'Ada', service: 'Cut', status: 'pending', duration_minutes: 30 });
  let isFirst = true;
  const table = tableOf(data, async (send) => {
    const answer = await Promise.resolve(send());
    if (!isFirst) return answer;
    isFirst = false;
    // Also what the row had before.
    data.edit('minutes', '30');
    data.edit('status', 'confirmed');
    return lose();
  });
  const session = impatient((plug) => editSession(table, plug, row));
  session.set('minutes', '44');
  data.row = undefined;
  session.arrive(undefined);
  await session.addAgain();
  expect(session.state()).toMatchObject({ phase: 'saved', conflicts: [] });
  expect(data.row).toMatchObject({ duration_minutes: 30, status: 'confirmed' });
});

describe('an update without an answer', () => {
  const cancelLost = (data: OneRow, meanwhile: () => void) => {
    const row = data.add({ client_name: 'Ada', service: 'Cut', status: 'pending', duration_minutes: 30 });
    let isFirst = true;
    const table = tableOf(data, async (send) => {
      const answer = await Promise.resolve(send());
      if (!isFirst) return answer;
      isFirst = false;
      meanwhile();
      return lose();
    });
    const session = impatient((plug) => editSession(table, plug, row));
    session.set('status', 'cancelled');
    return session;
  };

  it('is not sent again where others have taken it back: the form asks', async () => {
    const data = new OneRow();
    const session = cancelLost(data, () => {
      data.edit('status', 'pending');
    });
    await session.submit();
    expect(session.state()).toMatchObject({
      phase: 'editing',
      conflicts: [{ before: 'cancelled', theirs: 'pending', mine: 'cancelled' }],
    });
    // The question stays open when the row changes elsewhere.
    data.edit('minutes', '45');
    session.arrive(data.row);
    expect(session.state().conflicts).toMatchObject([{ theirs: 'pending', mine: 'cancelled' }]);
    session.resolve('status', 'mine');
    await session.submit();
    expect(session.state().phase).toBe('saved');
    expect(data.row).toMatchObject({ status: 'cancelled', duration_minutes: 45 });
  });

  it('asks nothing where others changed something else only', async () => {
    const data = new OneRow();
    const session = cancelLost(data, () => {
      data.edit('minutes', '45');
    });
    await session.submit();
    expect(session.state()).toMatchObject({ phase: 'saved', conflicts: [] });
    expect(data.row).toMatchObject({ status: 'cancelled', duration_minutes: 45 });
    expect(data.updates).toBe(1);
  });
});

/** One form from opening to the end, on a line that loses requests and answers, while somebody else edits the same row. Returns what happened. */
async function atTheForm(random: Random) {
  const data = new OneRow();
  const counts = { lost: 0, edits: 0, questions: 0, refused: 0 };
  let values = 0;
  const isNew = random.chance(0.5);
  // Whether others take back what the form changes, and do nothing else.
  const isTakingBack = random.chance(0.3);
  const value = (name: Name): string => {
    values += 1;
    return name === 'minutes' ? String(100 + values) : `${name} ${values}`;
  };
  const others = (): void => {
    if (!random.chance(0.3)) return;
    counts.edits += 1;
    if (isTakingBack) data.edit('status', 'pending');
    else for (const name of names.filter(() => random.chance(0.4))) data.edit(name, value(name));
    if (!isNew && random.chance(0.1)) data.row = undefined;
  };
  const table = tableOf(data, async (send) => {
    others();
    // Everything arrives at last.
    const luck = counts.lost > 20 ? 0.7 : random.next();
    if (luck < 0.2) counts.lost += 1;
    if (luck < 0.2) return lose();
    if (luck > 0.9) counts.refused += 1;
    if (luck > 0.9) throw new RefusedError(500, '', 'boom');
    const answer = await Promise.resolve(send());
    others();
    if (luck < 0.5) counts.lost += 1;
    if (luck < 0.5) return lose();
    return answer;
  });
  const row = isNew
    ? undefined
    : data.add({ client_name: 'Ada', service: 'Cut', status: 'pending', duration_minutes: 30 });
  const session = impatient((plug) =>
    row === undefined ? newSession(table, plug, 'b') : editSession(table, plug, row),
  );
  const read = new Set<object>();
  const look = (): void => {
    const { news, conflicts } = session.state();
    for (const change of [...news, ...conflicts].filter((item) => !read.has(item))) {
      read.add(change);
      data.shown[change.field] = change.theirs.replace(' min', '');
    }
  };
  session.subscribe(look);
  while (session.state().phase === 'editing') {
    look();
    for (const name of names.filter(() => random.chance(0.3))) session.set(name, value(name));
    const { conflicts, goneAt } = session.state();
    counts.questions += conflicts.length;
    for (const { field } of conflicts) session.resolve(field, 'mine');
    if (random.chance(0.2) && row !== undefined) session.arrive(data.row);
    await (goneAt === null ? session.submit() : session.addAgain());
  }
  return { ...counts, overwritten: data.overwritten, phase: session.state().phase };
}

it('no lost answer makes a form overwrite what its person was not shown, in 2,000 random forms', async () => {
  const total = { lost: 0, edits: 0, questions: 0, refused: 0 };
  for (let seed = 1; seed <= 2_000; seed += 1) {
    const { overwritten, phase, ...counts } = await atTheForm(new Random(seed));
    expect({ seed, phase, overwritten }).toEqual({ seed, phase: 'saved', overwritten: [] });
    for (const name of Object.keys(total) as (keyof typeof total)[]) total[name] += counts[name];
  }
  // It did happen.
  for (const count of Object.values(total)) expect(count).toBeGreaterThan(500);
});
