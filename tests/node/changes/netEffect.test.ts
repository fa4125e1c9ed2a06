import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChangePayload, RealtimeManager } from 'switchboard-realtime';
import { createRealtimeManager, openLab, quick, untilStatus, type Lab } from '../support/lab.js';
import { Recorder } from '../support/until.js';

interface Note {
  id: number;
  title: string;
  /** Large enough to be stored apart, so that an UPDATE which leaves it as it is does not send it. */
  body: string;
  amount: number | string;
}
type NoteChange = ChangePayload<Note>;

/** Text that PostgreSQL can't compress to a size at which it stays in the row. */
function large(seed: string): string {
  return Array.from({ length: 200 }, (_, i) =>
    createHash('sha256')
      .update(`${seed}${String(i)}`)
      .digest('hex'),
  ).join('');
}

const A = large('a');
const B = large('b');
const BIG = '9007199254740993';
const insert = (id: number): string => `insert into notes values (${String(id)}, 'old', '${A}', ${BIG})`;
const rename = `update notes set title = 'new' where id < 1000`;
const rewrite = `update notes set body = '${B}' where id < 1000`;

type Expected = Pick<NoteChange, 'eventType'> & { new: object; old: object };

/** What happens before the window, what happens in it, and what is left of that. `amount` is checked apart. */
const cases: [title: string, before: string[], within: string[], expected: Expected[]][] = [
  [
    'an UPDATE that leaves a large value out, after one that set it',
    [insert(1)],
    [rewrite, rename],
    [{ eventType: 'UPDATE', new: { id: 1, title: 'new', body: B }, old: { id: 1 } }],
  ],
  [
    'an UPDATE that leaves a large value out, after the INSERT',
    [],
    [insert(1), rename],
    [{ eventType: 'INSERT', new: { id: 1, title: 'new', body: A }, old: {} }],
  ],
  [
    'two UPDATEs that leave the large value out',
    [insert(1)],
    [rename, `update notes set title = 'newer' where id < 1000`],
    [{ eventType: 'UPDATE', new: { id: 1, title: 'newer' }, old: { id: 1 } }],
  ],
  [
    'a DELETE and an INSERT of the same key',
    [insert(1)],
    ['delete from notes where id < 1000', insert(1), rename],
    [{ eventType: 'UPDATE', new: { id: 1, title: 'new', body: A }, old: { id: 1 } }],
  ],
  ['an INSERT and a DELETE', [], [insert(1), rename, 'delete from notes where id < 1000'], []],
  [
    'an UPDATE and a DELETE',
    [insert(1)],
    [rewrite, 'delete from notes where id < 1000'],
    [{ eventType: 'DELETE', new: {}, old: { id: 1 } }],
  ],
  [
    'rows that do not touch each other',
    [insert(1)],
    [rename, insert(2), `update notes set title = 'two' where id = 2`],
    [
      { eventType: 'UPDATE', new: { id: 1, title: 'new' }, old: { id: 1 } },
      { eventType: 'INSERT', new: { id: 2, title: 'two', body: A }, old: {} },
    ],
  ],
];

let lab: Lab;
let marker = 1000;

beforeAll(async () => {
  lab = await openLab({ seed: false, timing: { publicationCheckMs: 600_000 } });
  await lab.db.query('create table notes (id int4 primary key, title text, body text, amount int8)');
  await lab.db.query('grant select on notes to anon; alter publication supabase_realtime add table notes');
});

afterAll(async () => {
  await lab.close();
});

describe.each([
  ['number', Number(BIG)],
  ['string', BIG],
] as const)('the net effect of a window with numbers: %s', (numbers, amount) => {
  let manager: RealtimeManager;
  let each: Recorder<NoteChange>;
  let windows: Recorder<readonly NoteChange[]>;
  let window: ReturnType<RealtimeManager['subscribe']>;

  beforeAll(async () => {
    manager = createRealtimeManager({ ...quick(lab.backend), numbers });
    each = new Recorder();
    windows = new Recorder();
    manager.subscribe({ table: 'notes' }, (change: NoteChange) => {
      each.push(change);
    });
    window = manager.subscribe(
      { table: 'notes', delivery: { mode: 'latest', everyMs: 1 } },
      (changes: readonly NoteChange[]) => {
        windows.push(changes);
      },
    );
    await untilStatus(manager, 'live', ({ overall }) => overall === 'live');
  });

  afterAll(async () => {
    await manager.dispose();
  });

  /** Resolves when the manager has got all changes of these statements. */
  async function run(statements: readonly string[]): Promise<void> {
    const before = each.items.length;
    let changes = 0;
    for (const statement of statements) changes += (await lab.db.query(statement)).rowCount ?? 0;
    await each.until('changes', (all) => all.length === before + changes);
  }

  /** Releases everything held, after a row that ends it; returns what came before that. */
  async function flush(): Promise<readonly NoteChange[]> {
    const from = windows.items.length;
    marker += 1;
    await run([`insert into notes values (${String(marker)}, 'marker', '', 0)`]);
    manager.resume(window);
    const isMarker = ({ new: row }: NoteChange): boolean => (row as Partial<Note>).id === marker;
    await windows.until('the marker', (all) => all.slice(from).flat().some(isMarker));
    manager.pause(window);
    return windows.items
      .slice(from)
      .flat()
      .filter((change) => !isMarker(change));
  }

  it.each(cases)('%s', async (_title, before, within, expected) => {
    manager.pause(window);
    await run(['delete from notes where id < 1000', ...before]);
    await flush();
    await run(within);
    const changes = await flush();
    expect(changes.map(({ eventType, new: row, old }) => ({ eventType, new: without(row), old }))).toEqual(expected);
    for (const { new: row } of changes) {
      if ('id' in row) expect((row as Note).amount).toBe(amount);
    }
  });
});

function without(row: object): object {
  const { amount: _amount, ...rest } = row as Partial<Note>;
  return rest;
}
