import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import pg from 'pg';
import { fastTiming, startBackend } from 'switchboard-backend';
import { expect, it } from 'vitest';

import { OfficialClient } from '../support/officialClient.js';

const earlier = new URL('../../../../web/backend/migrations/0004_realtime.sql', import.meta.url);

async function run(url: string, statements: string): Promise<void> {
  const sql = new pg.Client(url);
  await sql.connect();
  await sql.query(statements);
  await sql.end();
}

it('a database from before the partitions keeps its policies', async () => {
  const scratch = await mkdtemp(join(tmpdir(), 'switchboard-test-'));
  // PostgreSQL may run as another user.
  await chmod(scratch, 0o755);
  const dataDir = join(scratch, 'data');
  const before = await startBackend({ seed: false, timing: fastTiming, dataDir });
  // As the migrations left it until then.
  await run(
    before.postgres,
    `drop publication supabase_realtime_messages_publication;
     drop table realtime.messages cascade;
     drop function realtime.send, realtime.send_binary, realtime.broadcast_changes;
     delete from switchboard.migrations where name = '0008_messages.sql';`,
  );
  await run(before.postgres, await readFile(earlier, 'utf8'));
  await run(
    before.postgres,
    `create policy "reads some" on realtime.messages for select to anon, authenticated using (realtime.topic() = 'mine');
     create policy writes on realtime.messages as restrictive for insert to public with check (extension = 'broadcast');
     create policy "writes all" on realtime.messages for insert with check (true);`,
  );
  await before.stop();

  const after = await startBackend({ seed: false, timing: fastTiming, dataDir });
  const client = await OfficialClient.connect(after, await after.signToken());
  const channel = await client.join('mine', { private: true, broadcast: { ack: true } });
  expect(await channel.send({ type: 'broadcast', event: 'e', payload: {} })).toBe('ok');
  expect(await channel.track({})).toBe('error');
  await expect(client.join('other', { private: true })).rejects.toThrow('Unauthorized');
  await run(after.postgres, `select realtime.send('{"n": 1}', 'e', 'mine')`);
  expect(await client.broadcasts(channel, 1)).toMatchObject([{ payload: { n: 1 } }]);
  await client.close();
  await after.stop();
  await rm(scratch, { recursive: true });
});
