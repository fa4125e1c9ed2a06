import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openLab, type Lab } from '../support/lab.js';
import { runDoctor } from '../support/doctorProcess.js';
import { ListenProcess, type PrintedLine } from '../support/listenProcess.js';

const MS = 60_000;
const business = '11111111-1111-4111-8111-111111111111';
const root = join(import.meta.dirname, '../../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const guide = readFileSync(join(root, 'docs/guide.md'), 'utf8');

let lab: Lab;

beforeAll(async () => {
  lab = await openLab();
}, 2 * MS);

afterAll(() => lab.close());

/** The commands of this name in the README, as they are. */
function commands(name: string): string[][] {
  const found = [...readme.matchAll(/^npx switchboard-realtime (.+)$/gm)].map(([, text = '']) => text);
  return found.filter((text) => text.startsWith(name)).map((text) => text.replaceAll('"', '').split(' '));
}

function environment(): Record<string, string> {
  const { realtime, anonKey, postgres } = lab.backend;
  return { SUPABASE_URL: realtime, SUPABASE_ANON_KEY: anonKey, DATABASE_URL: postgres };
}

/** The members of each kind of line that the guide shows. */
function shownLines(): Map<string, string[]> {
  const [, json = ''] = /^### listen\n.*?^```json\n(.*?)^```$/ms.exec(guide) ?? [];
  const lines = json
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string });
  return new Map(lines.map((line) => [line.type, Object.keys(line)]));
}

it('the command of the README prints lines like those that the guide shows', { timeout: 4 * MS }, async () => {
  const listen = new ListenProcess(commands('listen')[0] ?? [], environment());
  try {
    await listen.live(2, MS);
    await lab.db.query(
      `insert into bookings (business_id, client_name, service, starts_at) values ($1, 'Ann', 'Cut', now())`,
      [business],
    );
    await lab.db.query(`insert into clients (business_id, full_name) values ($1, 'Ann')`, [business]);
    const isChange = ({ type }: PrintedLine): boolean => type === 'change';
    await listen.lines.until('two changes', (lines) => lines.filter(isChange).length === 2, MS);
    lab.backend.faults.drop();
    await listen.lines.first('a gap', ({ type }) => type === 'gap', MS);
  } finally {
    listen.kill('SIGINT');
  }
  expect(await listen.exit).toEqual({ code: 130, signal: null });
  const shown = shownLines();
  expect([...shown.keys()].toSorted()).toEqual(['change', 'connection', 'gap', 'status']);
  for (const { text, ...line } of listen.lines.items) {
    const members = shown.get(line.type) ?? [];
    expect(text).toMatch(/^\{"type":/);
    expect(Object.keys(line)).toEqual(members);
  }
});

it('the doctor of the README finds nothing wrong with the database of the backend', { timeout: MS }, async () => {
  const [args = []] = commands('doctor');
  const run = await runDoctor(args.slice(1), environment());
  expect(run).toMatchObject({ code: 0, stderr: '' });
});
