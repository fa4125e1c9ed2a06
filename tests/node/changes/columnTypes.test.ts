import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTableSql, expectedRow, expectedTexts, insertSql, updateSql } from '../support/columnRows.js';
import { createRealtimeManager, Line, openLab, quick, type Lab } from '../support/lab.js';
import { ListenProcess } from '../support/listenProcess.js';

const createStepsSql =
  'create table steps (n int4 primary key); grant select on steps to anon;' +
  'alter publication supabase_realtime add table steps';

let lab: Lab;

beforeAll(async () => {
  lab = await openLab({ seed: false, timing: { publicationCheckMs: 600_000 } });
  await lab.db.query(createTableSql('everything'));
  await lab.db.query(createStepsSql);
});

afterAll(async () => {
  await lab.close();
});

describe('a value of every column type', () => {
  it('arrives once, old and new, as JavaScript values', async () => {
    const manager = createRealtimeManager(quick(lab.backend));
    const line = new Line(manager, { table: 'everything' });
    await line.live();
    await lab.db.query(insertSql('everything', 1));
    await lab.db.query(updateSql('everything', 1));
    await lab.db.query('delete from everything');
    const [inserted, updated, deleted] = await line.changes.count('changes', 3);
    expect(inserted).toMatchObject({ schema: 'public', table: 'everything', eventType: 'INSERT', errors: null });
    expect(inserted?.new).toEqual(expectedRow(1, 0));
    expect(inserted?.old).toEqual({});
    expect(updated?.eventType).toBe('UPDATE');
    expect(updated?.new).toEqual(expectedRow(1, 1));
    expect(updated?.old).toEqual(expectedRow(1, 0));
    expect(deleted?.eventType).toBe('DELETE');
    expect(deleted?.new).toEqual({});
    expect(deleted?.old).toEqual(expectedRow(1, 1));
    expect(inserted?.commit_timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    await manager.dispose();
    expect(line.changes.items).toHaveLength(3);
  });

  it('is printed by listen to the digit', async () => {
    const listen = new ListenProcess([
      'listen',
      ...['--url', lab.backend.url, '--apikey', lab.backend.anonKey],
      ...['--table', 'everything', '--count', '3', '--json'],
    ]);
    await listen.live();
    await lab.db.query(insertSql('everything', 2));
    await lab.db.query(updateSql('everything', 2));
    await lab.db.query('delete from everything');
    expect(await listen.exit).toEqual({ code: 0, signal: null });
    const [inserted, updated, deleted] = listen.changes.map((line) => line.text);
    for (const text of expectedTexts(0)) expect(inserted).toContain(text);
    for (const text of [...expectedTexts(0), ...expectedTexts(1)]) expect(updated).toContain(text);
    for (const text of expectedTexts(1)) expect(deleted).toContain(text);
    expect(listen.changes.map((line) => line.eventType)).toEqual(['INSERT', 'UPDATE', 'DELETE']);
    expect(listen.stderr).toBe('');
  });
});

describe('many changes', () => {
  it('arrive exactly once and in the order of the commits', async () => {
    const manager = createRealtimeManager(quick(lab.backend));
    const line = new Line(manager, { table: 'steps' });
    const other = new Line(manager, { table: 'steps', filter: 'n=lte.100' });
    await Promise.all([line.live(), other.live()]);
    for (let n = 1; n <= 200; n += 1) await lab.db.query('insert into steps values ($1)', [n]);
    await lab.db.query('insert into steps select generate_series(201, 2000)');
    await line.changes.count('changes', 2_000);
    await other.changes.count('changes', 100);
    await lab.db.query('delete from steps where n = 1');
    await line.changes.count('changes', 2_001);
    const numbers = line.changes.items.slice(0, 2_000).map((change) => change.new.n);
    expect(numbers).toEqual(Array.from({ length: 2_000 }, (_, i) => i + 1));
    expect(other.changes.items.slice(0, 100).map((change) => change.new.n)).toEqual(numbers.slice(0, 100));
    await manager.dispose();
  });
});
