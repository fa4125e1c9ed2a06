import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { accessibilityProblems } from '../support/axe.js';
import { insertBookingsAt } from '../support/bookings.js';
import { closed, edit, FormsLab } from '../support/forms.js';
import { salon } from '../support/lab.js';

let forms: FormsLab;

beforeAll(async () => {
  forms = await FormsLab.open();
});

afterAll(() => forms.lab.close());

afterEach(() => forms.tidy());

it('who is booked twice at one time is pointed out in the form, which can be saved all the same', async () => {
  const { db } = forms.lab;
  const [id = ''] = await insertBookingsAt(db, [[200, '10:00', 'Form first']]);
  const { rows } = await db.query<{ staff: string; name: string; wall: string }>(
    `update bookings set staff_id = person.id, duration_minutes = 30 from
       (select id, full_name from staff where business_id = $2 and active order by id limit 1) as person
     where bookings.id = $1
     returning person.id::text as staff, person.full_name as name,
       to_char(starts_at at time zone (select time_zone from businesses where id = $2), 'YYYY-MM-DD"T"HH24:MI') as wall`,
    [id, salon],
  );
  const { staff = '', name = '', wall = '' } = rows[0] ?? {};
  const bookings = await forms.openBookings();
  await bookings.addButton.click();
  const { form, page } = bookings;
  await form.getByLabel('Client', { exact: true }).fill('Form second');
  await form.getByLabel('Starts').fill(wall.replace('10:00', '10:15'));
  const hint = form.locator('.overlaps');
  expect(await hint.innerText()).toBe('');
  await form.getByLabel('Staff').selectOption(staff);
  await hint.getByText(new RegExp(`^${name} has another booking then: Form first, .*, 10:00.* to 10:30`)).waitFor();
  expect(await accessibilityProblems(page)).toEqual([]);
  await form.getByLabel('Starts').fill(wall.replace('10:00', '10:30'));
  await expect.poll(() => hint.innerText()).toBe('');
  await form.getByLabel('Starts').fill(wall.replace('10:00', '10:15'));
  await form.getByLabel('Staff').selectOption('');
  await expect.poll(() => hint.innerText()).toBe('');
  await form.getByLabel('Client', { exact: true }).fill('form  FIRST');
  await hint.getByText(/^Form first has another booking then: .*, 10:00.* to 10:30/).waitFor();
  await form.getByRole('button', { name: 'Add', exact: true }).click();
  await closed(bookings);
});

it('a booking of which another window makes a second one says so while its form is open', async () => {
  const { db } = forms.lab;
  const [id = ''] = await insertBookingsAt(db, [[0, '23:00', 'Form twice']]);
  const bookings = await forms.openBookings();
  const form = await edit(bookings, id);
  expect(await form.locator('.overlaps').innerText()).toBe('');
  await insertBookingsAt(db, [[0, '23:00', 'Form twice']]);
  await form.getByText(/^Form twice has another booking then/).waitFor();
});
