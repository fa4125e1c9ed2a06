import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { accessibilityProblems } from '../support/axe.js';
import { closed, edit, FormsLab } from '../support/forms.js';
import { salon, screenshotPath, type Lab } from '../support/lab.js';

let forms: FormsLab;
let lab: Lab;

beforeAll(async () => {
  forms = await FormsLab.open();
  ({ lab } = forms);
});

afterAll(() => lab.close());

afterEach(() => forms.tidy());

async function startOf(client: string): Promise<{ id: string; starts: string }> {
  const { rows } = await lab.db.query<{ id: string; starts: string }>(
    `select id::text, to_char(starts_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') as starts
       from bookings where business_id = $1 and client_name = $2`,
    [salon, client],
  );
  return rows[0] ?? { id: '', starts: '' };
}

it('a time that the clocks of the business leave out is not saved, and the next one is offered', async () => {
  const bookings = await forms.openBookings();
  const { page, form } = bookings;
  await bookings.addButton.click();
  await bookings.submit({ Client: 'Form early', Service: 'Treatment', Starts: '2027-03-14T02:30' }, 'Add');
  await form.getByText('There is no 02:30 on this day: the clocks go forward.').waitFor();
  expect(await form.getByLabel('Starts').evaluate((input: HTMLInputElement) => input.validity.customError)).toBe(true);
  expect(await accessibilityProblems(page)).toEqual([]);
  await page.screenshot({ path: screenshotPath('time-left-out') });
  await form.getByRole('button', { name: /^Take .*14 Mar.* 03:00$/ }).click();
  expect(await form.getByLabel('Starts').inputValue()).toBe('2027-03-14T03:00');
  await form.getByRole('button', { name: 'Add', exact: true }).click();
  await closed(bookings);
  expect((await startOf('Form early')).starts).toBe('2027-03-14 07:00');
});

it('a time that comes twice is the one that was chosen, and stays so', async () => {
  const bookings = await forms.openBookings();
  const { page, form } = bookings;
  await bookings.addButton.click();
  await form.getByLabel('Starts').fill('2027-11-07T01:30');
  const which = form.getByLabel('Which 01:30? The clocks go back.');
  expect(await which.locator('option').allInnerTexts()).toEqual([
    expect.stringMatching(/^The first \((EDT|GMT-4)\)$/),
    expect.stringMatching(/^The second \((EST|GMT-5)\)$/),
  ]);
  await page.screenshot({ path: screenshotPath('time-twice') });
  await which.selectOption({ index: 1 });
  await bookings.submit({ Client: 'Form late', Service: 'Treatment' }, 'Add');
  await closed(bookings);
  const { id, starts } = await startOf('Form late');
  expect(starts).toBe('2027-11-07 06:30');
  await edit(bookings, id);
  expect(await which.inputValue()).toBe('1');
  await bookings.submit({ Minutes: '45' }, 'Save');
  await closed(bookings);
  expect((await startOf('Form late')).starts).toBe('2027-11-07 06:30');
  expect((await forms.booking(id))['duration_minutes']).toBe(45);
});

it('a year that is typed digit by digit leaves the form in place', async () => {
  const bookings = await forms.openBookings();
  const { form } = bookings;
  await bookings.addButton.click();
  for (const starts of ['0002-03-14T02:30', '9999-12-31T23:59', '']) {
    await form.getByLabel('Starts').fill(starts);
    expect(await form.getByLabel('Service').isVisible()).toBe(true);
  }
});
