import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Random } from '../../chaos/random.js';
import { insertBooking } from '../support/bookings.js';
import type { BookingsPage } from '../support/bookingsPage.js';
import { edit, FormsLab } from '../support/forms.js';
import { salon, type Lab } from '../support/lab.js';

const EDITS = 50;
const names = ['service', 'minutes'] as const;
const labels = { service: 'Service', minutes: 'Minutes' } as const;

type Values = Record<(typeof names)[number], string>;

let forms: FormsLab;
let lab: Lab;

beforeAll(async () => {
  forms = await FormsLab.open();
  lab = forms.lab;
  // The oracle: each state of a booking.
  await lab.db.query('create table states (id bigint, version bigint, service text, minutes text)');
  await lab.db.query(`create function note_state() returns trigger language plpgsql security definer as $$
    begin
      insert into public.states values (new.id, new.version, new.service, new.duration_minutes::text);
      return null;
    end $$`);
  await lab.db.query(
    'create trigger note_state after insert or update on bookings for each row execute function note_state()',
  );
});

afterAll(() => lab.close());

/** Each state of the booking, oldest first. */
async function states(id: string): Promise<Values[]> {
  const { rows } = await lab.db.query<Values>('select service, minutes from states where id = $1 order by version', [
    id,
  ]);
  return rows;
}

/** Types over what a field shows, and returns that. In one step, so that nothing can come in between. */
function typeOver(form: Locator, name: keyof Values, text: string): Promise<string> {
  return form.locator(`input[name="${name}"]`).evaluate((input: HTMLInputElement, value) => {
    const before = input.value;
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(input, value);
    input.dispatchEvent(new Event('input', { bubbles: true }));
    return before;
  }, text);
}

/** Decides the first conflict if there is one, in one step. Returns its field and the value of the others. */
async function decide(form: Locator, button: string): Promise<{ name: keyof Values; theirs: string } | null> {
  const text = await form.evaluate((sheet, label) => {
    const line = sheet.querySelector('.form-note li');
    const shown = line?.querySelector('span')?.textContent ?? '';
    line?.querySelector<HTMLElement>(`button[aria-label^="${label}"]`)?.click();
    return shown;
  }, button);
  const [, label = '', theirs = ''] = /^(\w+): was .*, now (.*)\. Yours: /.exec(text) ?? [];
  const name = names.find((candidate) => labels[candidate] === label);
  return name === undefined ? null : { name, theirs };
}

type Edit = {
  /** What was typed; empty when it was given up. */
  typed: Partial<Values>;
  /** For each field that was typed in: what the form showed of the database then, or at the decision. */
  seen: Partial<Values>;
  decisions: number;
};

/** One person opens the form, types `value` in one field or both, and saves, deciding at random what has to be decided. */
async function editOnce(window: BookingsPage, id: string, value: string, random: Random): Promise<Edit> {
  const form = await edit(window, id);
  const result: Edit = { typed: {}, seen: {}, decisions: 0 };
  const { typed, seen } = result;
  const chosen = names.filter(() => random.chance(0.7));
  for (const name of chosen.length === 0 ? names : chosen) {
    const text = name === 'service' ? `Service ${value}` : value;
    typed[name] = text;
    seen[name] = await typeOver(form, name, text);
  }
  const conflict = window.page.locator('.form-note li').first();
  const closed = window.page.locator('body:not(:has(.sheet))');
  for (;;) {
    await window.page.evaluate(() => {
      document.querySelector<HTMLFormElement>('.sheet form')?.requestSubmit();
    });
    await conflict.or(closed).first().waitFor();
    if ((await form.count()) === 0) return result;
    const isMine = random.chance(0.5);
    const decided = await decide(form, isMine ? 'Keep mine' : 'Take theirs');
    if (decided === null) continue;
    result.decisions += 1;
    seen[decided.name] = decided.theirs;
    if (!isMine) typed[decided.name] = '';
  }
}

it('two windows overwrite nothing unseen in 50 random edits of one booking', { timeout: 400_000 }, async () => {
  const id = await insertBooking(lab.db, salon, 'Form shared');
  const windows = await Promise.all([forms.openBookings(), forms.openBookings()]);
  await Promise.all(windows.map((window) => window.row(id).waitFor()));
  const random = new Random(11);
  const overwritten: string[] = [];
  let edits = 0;
  let decisions = 0;

  async function person(window: BookingsPage): Promise<void> {
    while (edits < EDITS) {
      edits += 1;
      // Every value is written once.
      const done = await editOnce(window, id, String(edits + 100), random);
      decisions += done.decisions;
      const log = await states(id);
      for (const name of names) {
        const at = log.findIndex((state) => state[name] === done.typed[name]);
        const before = log[at - 1]?.[name];
        if (before !== undefined && before !== done.seen[name])
          overwritten.push(`${name}: ${before}, where ${String(done.seen[name])} was shown`);
      }
    }
  }
  await Promise.all(windows.map((window) => person(window)));
  expect(overwritten).toEqual([]);
  expect(decisions).toBeGreaterThan(3);
  expect((await states(id)).length).toBeGreaterThan(EDITS / 2);
  await forms.tidy();
});
