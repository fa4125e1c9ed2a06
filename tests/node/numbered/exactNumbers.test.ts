import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { ChangePayload, ManagerOptions, RealtimeManager, RpcCallback } from 'switchboard-realtime';
import { restCalls } from '../../../web/cli/restCalls.js';
import { createRealtimeManager, Line, openLab, quick, type Lab } from '../support/lab.js';

let lab: Lab;
const managers: RealtimeManager[] = [];

beforeAll(async () => {
  lab = await openLab({ beatMs: 200 });
  await lab.db.query(`
    create table prices (id bigint primary key, amount numeric(12, 2), amounts numeric(12, 2)[]);
    alter table prices replica identity full;
    alter publication supabase_realtime add table prices;
    grant select on prices to anon;
    select switchboard.track('prices')`);
});

afterEach(async () => {
  await Promise.all(managers.splice(0).map((manager) => manager.dispose()));
  await lab.db.query('truncate prices');
});

afterAll(() => lab.close());

function open(more: Partial<ManagerOptions>): RealtimeManager {
  const rpc = restCalls(lab.backend.url, lab.backend.anonKey, () => Promise.resolve(null));
  const manager = createRealtimeManager(quick(lab.backend, { tables: { prices: {} }, rpc, ...more }));
  managers.push(manager);
  return manager;
}

const BIG = '9007199254740993';

async function write(db: Lab['db']): Promise<void> {
  await db.query(`insert into prices values (${BIG}, 8759.20, '{1.50,2.00}')`);
  await db.query(`update prices set amount = 8760.00`);
  await db.query(`delete from prices`);
}

const written = [
  { eventType: 'INSERT', new: { id: BIG, amount: '8759.20', amounts: ['1.50', '2.00'] } },
  { eventType: 'UPDATE', new: { id: BIG, amount: '8760.00' }, old: { id: BIG, amount: '8759.20' } },
  { eventType: 'DELETE', old: { id: BIG, amount: '8760.00' } },
];

const received = ({ changes }: Line): Promise<readonly ChangePayload[]> =>
  changes.until('three', ({ length }) => length >= 3).then(() => changes.items);

it.each(['1.0.0', '2.0.0'] as const)(
  'numbered changes keep the digits as the database wrote them, with version %s',
  async (vsn) => {
    const manager = open({ numbers: 'string', vsn });
    const line = new Line(manager, { table: 'prices' });
    await line.live();
    expect(manager.status().subscriptions[0]?.road).toBe('broadcast');
    await write(lab.db);
    expect(await received(line)).toMatchObject(written);
  },
);

it('numbered changes that were missed and fetched from the database keep the digits too', async () => {
  const answers: unknown[] = [];
  const call = restCalls(lab.backend.url, lab.backend.anonKey, () => Promise.resolve(null));
  const rpc: RpcCallback = async (...request) => {
    const answer = await call(...request);
    answers.push(answer);
    return answer;
  };
  const manager = open({ numbers: 'string', rpc });
  const line = new Line(manager, { table: 'prices' });
  await line.live();
  lab.backend.faults.drop();
  await write(lab.db);
  expect(await received(line)).toMatchObject(written);
  expect(answers.at(-1)).toContain('8759.20');
});
