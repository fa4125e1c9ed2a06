import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { BookingsPage } from '../support/bookingsPage.js';
import { closed, edit, FormsLab, hold } from '../support/forms.js';
import { physio, salon, screenshotPath, type Lab } from '../support/lab.js';
import { toastOf } from '../support/toasts.js';

let forms: FormsLab;
let lab: Lab;

beforeAll(async () => {
  forms = await FormsLab.open();
  ({ lab } = forms);
});

afterAll(() => lab.close());

afterEach(() => forms.tidy());

/** A window on the physiotherapist's bookings, where Back leads to the salon's. */
async function openPhysio(): Promise<BookingsPage> {
  const bookings = await forms.openBookings(salon);
  await bookings.choose(physio);
  await bookings.untilRowsLive();
  return bookings;
}

const shown = (bookings: BookingsPage): Promise<string> => bookings.page.getByLabel('Business').inputValue();

async function booked(service: string): Promise<{ business: string; name: string }[]> {
  const { rows } = await lab.db.query<{ business: string; name: string }>(
    'select business_id as business, client_name as name from bookings where service = $1',
    [service],
  );
  return rows;
}

describe('a form that is open when the page goes to another business', () => {
  it('keeps what was typed, asks before it is lost, and is saved for its own business', async () => {
    const bookings = await openPhysio();
    const { page, form } = bookings;
    await bookings.addButton.click();
    await form.getByLabel('Client', { exact: true }).fill('Form kept');
    await page.goBack();
    await expect.poll(() => shown(bookings)).toBe(salon);
    await form.getByText('Harbour Physio, amounts in EUR').waitFor();
    await page.screenshot({ path: screenshotPath('form-of-another-business') });
    await page.keyboard.press('Escape');
    await form.getByText('Close without saving?').waitFor();
    await form.getByRole('button', { name: 'Keep editing' }).click();
    await bookings.submit({ Service: 'Kept' }, 'Add');
    await closed(bookings);
    expect(await booked('Kept')).toEqual([{ business: physio, name: 'Form kept' }]);
    await page.goForward();
    await expect.poll(() => shown(bookings)).toBe(physio);
    await bookings.addButton.waitFor();
  });

  it('says that it was not saved, also when the answer comes later', async () => {
    const bookings = await openPhysio();
    const { page, form } = bookings;
    const release = await hold(page, 'POST', 'bookings', { status: 500, body: '{}' });
    await bookings.addButton.click();
    await bookings.submit({ Client: 'Form refused', Service: 'Treatment' }, 'Add');
    await page.goBack();
    await expect.poll(() => shown(bookings)).toBe(salon);
    release();
    await form.getByText('The server has a problem').waitFor();
    expect(await form.getByLabel('Client', { exact: true }).inputValue()).toBe('Form refused');
    for (const window of forms.windows) window.problems.splice(0);
  });

  it('is saved once there is a connection', async () => {
    const bookings = await openPhysio();
    const { page, form } = bookings;
    await bookings.addButton.click();
    await page.context().setOffline(true);
    await bookings.submit({ Client: 'Form waits', Service: 'Waited' }, 'Add');
    await form.getByText('Waiting for a connection').waitFor();
    await page.goBack();
    await expect.poll(() => shown(bookings)).toBe(salon);
    expect(await form.getByText('Waiting for a connection').isVisible()).toBe(true);
    await page.context().setOffline(false);
    await closed(bookings);
    expect(await booked('Waited')).toEqual([{ business: physio, name: 'Form waits' }]);
    for (const window of forms.windows) window.problems.splice(0);
  });
});

it('a save in the background that fails leads back to its form, whatever the page shows by then', async () => {
  const bookings = await openPhysio();
  const { page } = bookings;
  const { rows } = await lab.db.query<{ id: string }>(
    `insert into bookings (business_id, client_name, service, starts_at) values ($1, 'Form behind', 'Treatment', now() + interval '1 day')
     returning id::text`,
    [physio],
  );
  const id = rows[0]?.id ?? '';
  await bookings.row(id).waitFor();
  const release = await hold(page, 'PATCH', 'bookings', { status: 400, body: '{"code":"22001","message":"too long"}' });
  const form = await edit(bookings, id);
  await form.getByLabel('Service').fill('Refused');
  await form.getByRole('button', { name: 'Save', exact: true }).click();
  await page.keyboard.press('Escape');
  await form.getByRole('button', { name: 'Save in the background' }).click();
  await closed(bookings);
  await bookings.choose(salon);
  release();
  const toast = toastOf(page, 'Booking not saved');
  await toast.getByRole('button', { name: 'Open' }).click();
  await page.getByRole('dialog', { name: 'Booking of Form behind' }).waitFor();
  expect(await bookings.form.getByLabel('Service').inputValue()).toBe('Refused');
  await expect.poll(() => shown(bookings)).toBe(physio);
  for (const window of forms.windows) window.problems.splice(0);
});

it('a form that opens above another one has all clicks and keys until it is closed', async () => {
  const bookings = await forms.openBookings(salon);
  const { page } = bookings;
  const release = await hold(page, 'POST', 'bookings', { status: 500, body: '{}' });
  await bookings.addButton.click();
  await bookings.submit({ Client: 'Form above', Service: 'Cut' }, 'Add');
  await page.keyboard.press('Escape');
  await bookings.form.getByRole('button', { name: 'Save in the background' }).click();
  await closed(bookings);
  await bookings.choose(physio);
  await bookings.addButton.click();
  await bookings.form.getByLabel('Client', { exact: true }).fill('Form below');
  release();
  await toastOf(page).getByRole('button', { name: 'Open' }).click();
  const [below, above] = [page.locator('.sheet').first(), page.locator('.sheet').last()];
  await expect.poll(() => above.getByLabel('Client', { exact: true }).inputValue()).toBe('Form above');
  for (const [label, typed] of [
    ['Service', ' short'],
    ['Minutes', '9'],
    ['Service', 'er'],
  ] as const) {
    await above.getByLabel(label, { exact: true }).click();
    await page.keyboard.press('End');
    await page.keyboard.type(typed);
  }
  expect(await above.getByLabel('Service').inputValue()).toBe('Cut shorter');
  expect(await above.getByLabel('Minutes').inputValue()).toMatch(/9$/);
  await page.screenshot({ path: screenshotPath('form-above-a-form') });
  await page.keyboard.press('Escape');
  expect(await page.getByText('Close without saving?').count()).toBe(1);
  await above.getByRole('button', { name: 'Discard' }).click();
  await page.waitForFunction(() => document.querySelectorAll('.sheet').length === 1);
  expect(await below.getByLabel('Client', { exact: true }).inputValue()).toBe('Form below');
  await page.keyboard.press('Escape');
  await below.getByRole('button', { name: 'Discard' }).click();
  await closed(bookings);
  for (const window of forms.windows) window.problems.splice(0);
});
