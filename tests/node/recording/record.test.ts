import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SwitchboardError, type Fault, type ManagerOptions, type RealtimeManager } from 'switchboard-realtime';
import { readRecording, type RecordingEntry } from 'switchboard-realtime/recording';
import { createRealtimeManager, Line, openLab, quick, type Lab } from '../support/lab.js';
import { Recorder } from '../support/until.js';

let lab: Lab;
let token: string;
let managers: RealtimeManager[] = [];

beforeAll(async () => {
  lab = await openLab({ seed: false, timing: { publicationCheckMs: 600_000 } });
  await lab.db.query(
    'create table notes (id int4 generated always as identity primary key, body text);' +
      'alter publication supabase_realtime add table notes; grant select on notes to anon, authenticated',
  );
  token = await lab.backend.signToken({ sub: '33333333-3333-4333-8333-333333333333' });
});

afterEach(async () => {
  await Promise.all(managers.map((manager) => manager.dispose()));
  managers = [];
});

afterAll(async () => {
  await lab.close();
});

function open(options: Partial<ManagerOptions> = {}): RealtimeManager {
  const manager = createRealtimeManager(quick(lab.backend, options));
  managers.push(manager);
  return manager;
}

async function entriesOf(manager: RealtimeManager): Promise<readonly RecordingEntry[]> {
  return readRecording(await manager.record()).entries;
}

/** One life: live with a token, a row, a lost line. */
async function live(manager: RealtimeManager, body: string): Promise<void> {
  const line = new Line(manager, { table: 'notes', filter: 'body=neq.nothing' });
  await line.live();
  await lab.db.query('insert into notes (body) values ($1)', [body]);
  await line.changes.count('row', 1);
  manager.reconnectAll();
  await line.live(2);
}

const code = (error: unknown): string => (error instanceof SwitchboardError ? error.code : String(error));

describe('record()', () => {
  it('gives what came in, what was decided and what went out, without rows and keys', async () => {
    const manager = open({ accessToken: () => Promise.resolve(token) });
    await live(manager, 'a body that nobody else may read');
    const bytes = await manager.record();
    const recording = readRecording(bytes);
    expect(recording).toMatchObject({ complete: true, frames: false, damage: null, unknown: 0 });
    expect(recording.createdBy).toBe('switchboard-realtime 0.1.0');
    const { entries } = recording;
    expect(entries.find(({ kind }) => kind === 'command')).toMatchObject({ name: 'subscribe', id: 1 });
    expect(entries).toContainEqual(expect.objectContaining({ about: 'public.notes * body=neq' }));
    expect(entries).toContainEqual(expect.objectContaining({ kind: 'state', of: 'key', to: 'live' }));
    expect(entries).toContainEqual(expect.objectContaining({ kind: 'decision', what: 'join' }));
    expect(entries).toContainEqual(expect.objectContaining({ kind: 'frameIn', event: 'postgres_changes' }));
    expect(entries).toContainEqual(expect.objectContaining({ kind: 'token', form: 'jwt', role: 'authenticated' }));
    const text = Buffer.from(bytes).toString('latin1');
    for (const secret of ['nobody else', token, token.split('.')[2] ?? '', lab.backend.anonKey]) {
      expect(text).not.toContain(secret);
    }
  });

  it('has rows with `frames`, but no keys', async () => {
    const manager = open({ accessToken: () => Promise.resolve(token), recorder: { frames: true } });
    await live(manager, 'a body for the report');
    const bytes = await manager.record();
    const text = Buffer.from(bytes).toString('latin1');
    expect(text).toContain('a body for the report');
    expect(text).toContain('[token ');
    for (const secret of [token, token.split('.')[1] ?? '', lab.backend.anonKey]) expect(text).not.toContain(secret);
  });

  it('keeps the newest part in the room that it has', async () => {
    const manager = open({ recorder: { bytes: 16_384 } });
    const line = new Line(manager, { table: 'notes' });
    await line.live();
    await lab.db.query("insert into notes (body) select 'x' from generate_series(1, 3000)");
    await line.changes.count('row', 3_000);
    const bytes = await manager.record();
    const recording = readRecording(bytes);
    expect(recording).toMatchObject({ complete: false, damage: null });
    expect(bytes.length).toBeLessThan(16_384 + 8_192);
    expect(recording.entries.at(-1)).toMatchObject({ kind: 'frameIn' });
  });

  it('refuses when nothing is recorded, with what to do', async () => {
    const off = open({ recorder: false });
    await off.ready();
    await expect(off.record()).rejects.toMatchObject({ code: 'NO_RECORDING', message: /leave out/u });
    const idle = open();
    await expect(idle.record()).rejects.toMatchObject({ code: 'NO_RECORDING', message: /ready\(\)/u });
    await idle.ready();
    expect((await idle.record()).length).toBeGreaterThan(0);
    await idle.dispose();
    expect(await idle.record().catch(code)).toBe('DISPOSED');
  });

  it.each([
    [{ recorder: true }, /must be false or \{ bytes, frames, onceOnFault \}/u],
    [{ recorder: { bytes: 10 } }, /bytes/u],
    [{ recorder: { frames: 1 } }, /frames/u],
    [{ recorder: { size: 10 } }, /size/u],
    [{ recorder: { onceOnFault: 'x' } }, /onceOnFault/u],
  ])('refuses the option %j', (options, message) => {
    expect(() => open(options as Partial<ManagerOptions>)).toThrow(message);
  });
});

describe('onceOnFault', () => {
  it('gets the first fault and its recording, once', async () => {
    const faults = new Recorder<{ fault: Fault; entries: readonly RecordingEntry[] }>();
    const manager = open({
      logger: null,
      recorder: {
        onceOnFault: (fault, recording) => {
          faults.push({ fault, entries: readRecording(recording).entries });
        },
      },
    });
    manager.subscribe({ table: 'no_such_table' }, () => undefined);
    const [first] = await faults.count('faults', 1);
    expect(first?.fault.code).toBe('BAD_BINDING');
    expect(first?.entries).toContainEqual(expect.objectContaining({ kind: 'fault', code: 'BAD_BINDING' }));
    const line = new Line(manager, { table: 'notes' });
    await line.live();
    manager.onStatusChange(() => {
      throw new RangeError('secret row');
    });
    manager.reconnectAll();
    await line.live(2);
    const entries = await entriesOf(manager);
    const thrown = entries.find((entry) => entry.kind === 'fault' && entry.code === 'CALLBACK_FAILED');
    expect(thrown).toMatchObject({ message: 'a status listener threw RangeError.' });
    expect(faults.items).toHaveLength(1);
  });
});
