import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openLab, type Lab } from '../support/lab.js';
import { ListenProcess, type PrintedLine } from '../support/listenProcess.js';

const MS = 60_000;
const business = '77777777-7777-4777-8777-777777777777';
const readme = readFileSync(join(import.meta.dirname, '../../../README.md'), 'utf8');

let lab: Lab;

beforeAll(async () => {
  lab = await openLab();
}, 2 * MS);

afterAll(() => lab.close());

/** The command as the README has it, for this backend. */
function command(): string[] {
  const [, text = ''] = /^npx switchboard (listen .*)$/m.exec(readme) ?? [];
  const filled = text.replace('http://127.0.0.1:54321', lab.backend.url).replace('$KEY', lab.backend.anonKey);
  return filled.replace('$BUSINESS', business).replaceAll('"', '').split(' ');
}

/** The members of each kind of line that the README shows. */
function shownLines(): Map<string, string[]> {
  const [, json = ''] = /^```json\n(.*?)^```$/ms.exec(readme) ?? [];
  const lines = json
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string });
  return new Map(lines.map((line) => [line.type, Object.keys(line)]));
}

it('the command of the README prints lines like those that it shows', { timeout: 4 * MS }, async () => {
  const listen = new ListenProcess(command());
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
  expect(await listen.exit).toEqual({ code: 0, signal: null });
  const shown = shownLines();
  expect([...shown.keys()].toSorted()).toEqual(['change', 'connection', 'gap', 'status']);
  for (const { text, ...line } of listen.lines.items) {
    const members = shown.get(line.type) ?? [];
    expect(text).toMatch(/^\{"type":/);
    expect(Object.keys(line)).toEqual(expect.arrayContaining(members));
  }
});
