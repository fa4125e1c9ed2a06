import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EditSession, RowTable } from '../../../web/dashboard/src/writing/index.js';
import { Random } from '../../chaos/random.js';
import { openLab, type Lab } from '../support/lab.js';
import { bookingTable, editSession, fields, Plug, type Booking, type Draft } from './bookingForms.js';

const business = '11111111-1111-4111-8111-111111111111';
const ID = 700_001;
const names = ['client', 'service', 'status', 'minutes'] as const;

let lab: Lab;

beforeAll(async () => {
  lab = await openLab();
  // The oracle: what each write found and left, by the version that it made.
  await lab.db.query('create table audit (version bigint primary key, before jsonb not null, after jsonb not null)');
  await lab.db.query(`create function audit() returns trigger language plpgsql security definer as $$
    begin
      insert into public.audit values (new.version, to_jsonb(old), to_jsonb(new));
      return null;
    end $$`);
  await lab.db.query(
    `create trigger audit after update on bookings for each row when (new.id = ${ID}) execute function audit()`,
  );
});

afterAll(() => lab.close());

beforeEach(async () => {
  await lab.db.query('truncate audit');
  await addRow();
});

async function addRow(): Promise<void> {
  await lab.db.query(
    `insert into bookings (id, business_id, client_name, service, status, starts_at, duration_minutes)
     values ($1, $2, 'Ada', 'Cut', 'pending', '2026-03-31T10:00:00Z', 30) on conflict do nothing`,
    [ID, business],
  );
}

/** What a person at a form has seen of the row and typed, noted from what the form shows. */
class Oracle {
  readonly #session: EditSession<Booking, Draft>;
  readonly shown: Record<string, unknown>;
  readonly typed = new Set<string>();

  constructor(session: EditSession<Booking, Draft>) {
    this.#session = session;
    this.shown = { ...session.state().draft };
    session.subscribe(() => {
      this.look();
    });
  }

  type(field: (typeof names)[number], value: string): void {
    this.typed.add(field);
    this.#session.set(field, value);
  }

  look(): void {
    const { draft, conflicts, news } = this.#session.state();
    for (const name of names) if (!this.typed.has(name)) this.shown[name] = draft[name];
    for (const { field, theirs } of [...news, ...conflicts]) this.shown[field] = theirs.replace(' min', '');
  }
}

/** A write that changed the row: the version that it made, and what the person had seen when it was sent. */
type Write = { version: number; shown: Readonly<Record<string, unknown>> };

/** Fields that these writes overwrote although the person had not seen what was there, or had not touched them. */
async function overwrites(writes: readonly Write[], { typed }: Oracle): Promise<string[]> {
  const { rows } = await lab.db.query<{ version: string; before: Booking; after: Booking }>(
    'select version, before, after from audit where version = any($1)',
    [writes.map(({ version }) => version)],
  );
  return rows.flatMap(({ version, before, after }) => {
    const shown = writes.find((write) => write.version === Number(version))?.shown ?? {};
    return names.filter((name) => {
      const [old, now] = [fields[name].read(before), fields[name].read(after)];
      return old !== now && (!typed.has(name) || old !== shown[name]);
    });
  });
}

type Counts = { edits: number; saved: number; conflicts: number; merged: number; gone: number; overwritten: number };

/** Two people edit one row at the same time, each opening, typing, looking up, deciding and saving at random. */
async function edit(
  makeTable: (send: typeof fetch) => RowTable<Booking>,
  total: number,
  seed: number,
): Promise<Counts> {
  const counts: Counts = { edits: 0, saved: 0, conflicts: 0, merged: 0, gone: 0, overwritten: 0 };
  const random = new Random(seed);
  const chance = (share: number): boolean => random.chance(share);
  // One answer in twelve is lost after the server has done its work.
  const send = async (oracle: Oracle, writes: Write[], ...request: Parameters<typeof fetch>): Promise<Response> => {
    const shown = { ...oracle.shown };
    const response = await fetch(...request);
    if (request[1]?.method === 'PATCH')
      for (const { version } of (await response.clone().json()) as Booking[]) writes.push({ version, shown });
    if (chance(1 / 12)) throw new TypeError('Failed to fetch');
    return response;
  };
  const plug = new Plug();

  async function onceAtTheForm(writer: number): Promise<void> {
    const row = await bookingTable(lab.backend).find('id', ID);
    if (row === undefined) return addRow();
    counts.edits += 1;
    const writes: Write[] = [];
    const table = makeTable((...request) => send(oracle, writes, ...request));
    const session = editSession(table, plug, row);
    session.subscribe(() => {
      // Not after the usual pause.
      if (session.state().phase !== 'waiting') return;
      queueMicrotask(() => {
        plug.switch(true);
      });
    });
    const oracle = new Oracle(session);
    for (const name of names.filter(() => chance(0.5))) {
      // No value is ever written twice.
      const value = counts.edits * 2 + writer;
      oracle.type(name, name === 'minutes' ? String(value + 100) : `${name} ${value} of ${writer}`);
      // Now and then the change of the other comes in over realtime while the form is open.
      if (chance(0.4)) session.arrive(await bookingTable(lab.backend).find('id', ID));
    }
    if (chance(0.02)) await lab.db.query('delete from bookings where id = $1', [ID]);
    while (session.state().phase === 'editing') {
      const { conflicts, goneAt } = session.state();
      counts.conflicts += conflicts.length;
      for (const { field } of conflicts) session.resolve(field, chance(0.5) ? 'mine' : 'theirs');
      if (goneAt !== null) counts.gone += 1;
      await (goneAt === null ? session.submit() : session.addAgain());
    }
    counts.saved += 1;
    counts.merged += session.state().news.length;
    counts.overwritten += (await overwrites(writes, oracle)).length;
  }

  const writer = async (number: number): Promise<void> => {
    while (counts.edits < total) await onceAtTheForm(number);
  };
  await Promise.all([writer(0), writer(1)]);
  return counts;
}

describe('two writers on one booking', () => {
  it('overwrite nothing unseen in 1,000 random edits', { timeout: 300_000 }, async () => {
    const counts = await edit((send) => bookingTable(lab.backend, send), 1_000, 7);
    expect(counts.saved).toBeGreaterThanOrEqual(1_000);
    expect(counts.overwritten).toBe(0);
    // It did happen that both wanted the same field, that they wanted different ones, and that the row was removed.
    expect(counts.conflicts).toBeGreaterThan(50);
    expect(counts.merged).toBeGreaterThan(50);
    expect(counts.gone).toBeGreaterThan(3);
  });

  it('are caught by the oracle when versions are not compared', { timeout: 120_000 }, async () => {
    const careless = (send: typeof fetch): RowTable<Booking> => {
      const ignoring: typeof fetch = (input, init) => send((input as string).replace(/&version=eq\.\d+/, ''), init);
      return bookingTable(lab.backend, ignoring);
    };
    const counts = await edit(careless, 100, 7);
    expect(counts.overwritten).toBeGreaterThan(0);
  });
});
