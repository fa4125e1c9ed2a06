import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { untilSettled } from '../support/bookingsPage.js';
import { closed, focused, FormsLab } from '../support/forms.js';
import { salon, type Lab } from '../support/lab.js';
import { toastOf } from '../support/toasts.js';

let forms: FormsLab;
let lab: Lab;

beforeAll(async () => {
  forms = await FormsLab.open();
  lab = forms.lab;
});

afterAll(() => lab.close());

afterEach(() => forms.tidy());

it("Enter on a part of a client's name leads to the next field and saves nothing", async () => {
  const bookings = await forms.openBookings();
  const { rows } = await lab.db.query<{ name: string }>(
    'select min(full_name) as name from clients where business_id = $1',
    [salon],
  );
  const name = rows[0]?.name ?? '';
  await bookings.addButton.click();
  const client = bookings.form.getByLabel('Client', { exact: true });
  await client.fill(name.slice(0, 3));
  await bookings.form.locator(`datalist option[value="${name}"]`).waitFor({ state: 'attached' });
  await client.press('Enter');
  expect(await focused(bookings.page)).not.toBe('client');
  expect(await bookings.form.getByRole('button', { name: 'Add', exact: true }).innerText()).toBe('Add');
  await client.fill('Form nobody else');
  await client.press('Enter');
  await closed(bookings);
});

it('two clicks at once acknowledge an alert once', async () => {
  const { page } = await forms.openBookings();
  await lab.db.query(`insert into admin_alerts (business_id, severity, title) values ($1, 'critical', 'Twice')`, [
    salon,
  ]);
  await page.getByRole('button', { name: 'Look at them' }).click();
  const button = page.getByRole('button', { name: /^Acknowledge: Twice/ });
  await button.waitFor();
  const sent: string[] = [];
  page.on('request', (request) => {
    if (request.method() === 'PATCH') sent.push(request.url());
  });
  await untilSettled(page);
  await button.dblclick();
  const toasts = toastOf(page, 'Alert acknowledged');
  await toasts.first().waitFor();
  await button.waitFor({ state: 'detached' });
  expect(sent).toHaveLength(1);
  expect(await toasts.count()).toBe(1);

  await toasts.getByRole('button', { name: 'Undo' }).click();
  await button.waitFor();
  await untilSettled(page);
  await button.click();
  await button.waitFor({ state: 'detached' });
  await lab.db.query(`delete from admin_alerts where title = 'Twice'`);
});
