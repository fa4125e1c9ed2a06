import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { countBookings } from '../support/bookings.js';
import { untilSettled } from '../support/bookingsPage.js';
import { closed, edit, focused, FormsLab, hold } from '../support/forms.js';
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

describe('a form saves once', () => {
  it('on a double click', async () => {
    const bookings = await forms.openBookings();
    const before = await countBookings(lab.db, salon);
    await bookings.addButton.click();
    await bookings.form.getByLabel('Client').fill('Form twice');
    await bookings.form.getByRole('button', { name: 'Add', exact: true }).dblclick();
    await closed(bookings);
    await bookings.untilChanges(1);
    expect(await countBookings(lab.db, salon)).toBe(before + 1);
  });

  it('when its script submits it twice', async () => {
    const bookings = await forms.openBookings();
    const before = await countBookings(lab.db, salon);
    await bookings.addButton.click();
    await bookings.form.getByLabel('Client').fill('Form script');
    await bookings.form.locator('form').evaluate((form: HTMLFormElement) => {
      form.requestSubmit();
      form.requestSubmit();
    });
    await closed(bookings);
    await bookings.untilChanges(1);
    expect(await countBookings(lab.db, salon)).toBe(before + 1);
  });

  it('when the answer is lost, and closes by itself', async () => {
    const bookings = await forms.openBookings();
    const before = await countBookings(lab.db, salon);
    const posts: string[] = [];
    await bookings.page.route('**/rest/v1/bookings?*', async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      posts.push(route.request().url());
      await route.fetch();
      return route.abort();
    });
    await bookings.addButton.click();
    await bookings.submit({ Client: 'Form lost' }, 'Add');
    await closed(bookings);
    await toastOf(bookings.page, 'Booking added').waitFor();
    expect(posts).toHaveLength(1);
    expect(await countBookings(lab.db, salon)).toBe(before + 1);
    expect(forms.windows[0]?.problems.splice(0)).toEqual([expect.stringContaining('ERR_FAILED')]);
  });

  it('by itself when the server can be reached again, with the form open or closed', async () => {
    const bookings = await forms.openBookings();
    const { page } = bookings;
    const before = await countBookings(lab.db, salon);
    const rest = '**/rest/v1/**';
    const dead = (): Promise<unknown> => page.route(rest, (route) => route.abort('connectionrefused'));
    // With the clients read, there is nothing to look up before the save.
    const clients = page.waitForResponse('**/rest/v1/clients?*');
    await bookings.addButton.click();
    await (await clients).finished();
    await dead();
    await bookings.submit({ Client: 'Form dead' }, 'Add');
    await bookings.form.getByText('The server cannot be reached').waitFor();
    await page.keyboard.press('Escape');
    await bookings.form.getByText('The server has not answered: this may be saved already.').waitFor();
    expect(await bookings.form.getByRole('button', { name: 'Discard' }).count()).toBe(0);
    await bookings.form.getByRole('button', { name: 'Keep open' }).click();
    await page.unroute(rest);
    await closed(bookings);
    await dead();
    await bookings.addButton.click();
    await bookings.submit({ Client: 'Form dead again' }, 'Add');
    await bookings.form.getByText('The server cannot be reached').waitFor();
    await page.keyboard.press('Escape');
    await bookings.form.getByRole('button', { name: 'Save when back' }).click();
    await closed(bookings);
    const waiting = toastOf(page, 'Waiting for the server');
    await waiting.getByText('Form dead again, Consultation. It may be saved already.').waitFor();
    await page.unroute(rest);
    await waiting.waitFor({ state: 'detached' });
    await toastOf(page, 'Booking added').getByText('Form dead again, Consultation').waitFor();
    expect(await countBookings(lab.db, salon)).toBe(before + 2);
    const problems = forms.windows[0]?.problems.splice(0) ?? [];
    expect(problems.filter((problem) => !problem.includes('ERR_CONNECTION_REFUSED'))).toEqual([]);
  });

  it('and a clock-in by a double click is one entry', async () => {
    // Before the window opens: a button that has just changed does nothing.
    await lab.db.query('delete from staff_attendance where business_id = $1', [salon]);
    const bookings = await forms.openBookings();
    await bookings.show('Staff');
    const person = bookings.page.locator('[data-table="staff"] [data-row]').first();
    await person.getByRole('button', { name: 'Clock in' }).waitFor();
    await untilSettled(bookings.page);
    await person.getByRole('button', { name: 'Clock in' }).dblclick();
    await person.getByRole('button', { name: 'Clock out' }).waitFor();
    const { rowCount } = await lab.db.query('select from staff_attendance where business_id = $1', [salon]);
    expect(rowCount).toBe(1);
  });
});

describe('a form overwrites nothing', () => {
  it('sends what was changed only, and shows what others changed while it is open', async () => {
    const bookings = await forms.openBookings();
    const id = await forms.newRow('Form merge', bookings);
    const form = await edit(bookings, id);
    await form.getByLabel('Status').selectOption('confirmed');
    await lab.db.query("update bookings set service = 'Full colour', duration_minutes = 90 where id = $1", [id]);
    await form.getByText('Service: was Cut and finish, now Full colour.').waitFor();
    expect(await form.getByLabel('Service').inputValue()).toBe('Full colour');
    await form.getByRole('button', { name: 'Save' }).click();
    await closed(bookings);
    expect(await forms.booking(id)).toMatchObject({
      service: 'Full colour',
      duration_minutes: 90,
      status: 'confirmed',
    });
  });

  it('asks about each field that both changed, before the save and at it', async () => {
    const bookings = await forms.openBookings();
    const id = await forms.newRow('Form conflict', bookings);
    const form = await edit(bookings, id);
    await form.getByLabel('Minutes').fill('45');
    await form.getByLabel('Status').selectOption('confirmed');
    await lab.db.query("update bookings set status = 'cancelled' where id = $1", [id]);
    await form.getByText('Status: was pending, now cancelled. Yours: confirmed.').waitFor();
    await form.getByRole('button', { name: 'Save' }).click();
    expect(await forms.booking(id)).toMatchObject({ status: 'cancelled', duration_minutes: 60 });
    await lab.db.query('update bookings set duration_minutes = 20 where id = $1', [id]);
    await form.getByText('Minutes: was 60, now 20. Yours: 45.').waitFor();
    await form.getByRole('button', { name: 'Take theirs: status cancelled' }).click();
    expect(await focused(bookings.page)).toBe('Keep mine: minutes 45');
    await form.getByRole('button', { name: 'Keep mine: minutes 45' }).click();
    expect(await focused(bookings.page)).toBe('Save');
    await bookings.page.keyboard.press('Enter');
    await closed(bookings);
    expect(await forms.booking(id)).toMatchObject({ status: 'cancelled', duration_minutes: 45 });
  });

  it('compares versions in the request, when no change has come in over realtime', async () => {
    const bookings = await forms.openBookings();
    const id = await forms.newRow('Form silent', bookings);
    const form = await edit(bookings, id);
    await forms.withoutRealtime(bookings, async () => {
      await lab.db.query("update bookings set status = 'no_show', service = 'Colour' where id = $1", [id]);
      await form.getByLabel('Status').selectOption('confirmed');
      await form.getByRole('button', { name: 'Save' }).click();
      await form.getByText('Status: was pending, now no show. Yours: confirmed.').waitFor();
      expect((await forms.booking(id))['status']).toBe('no_show');
    });
    await form.getByRole('button', { name: 'Keep mine: status confirmed' }).click();
    await form.getByRole('button', { name: 'Save' }).click();
    await closed(bookings);
    expect(await forms.booking(id)).toMatchObject({ status: 'confirmed', service: 'Colour' });
  });

  it('says that its row was removed, and adds it again', async () => {
    const bookings = await forms.openBookings();
    const id = await forms.newRow('Form removed', bookings);
    const form = await edit(bookings, id);
    await form.getByLabel('Minutes').fill('75');
    await lab.db.query('delete from bookings where id = $1', [id]);
    await form.getByText(/This booking was removed at \d\d:\d\d\. Add it again\?/).waitFor();
    await form.getByRole('button', { name: 'Add it again' }).click();
    await closed(bookings);
    expect(await forms.booking(id)).toMatchObject({ client_name: 'Form removed', duration_minutes: 75, amount: 48.5 });
  });

  it('says at the save that its row was removed', async () => {
    const bookings = await forms.openBookings();
    const id = await forms.newRow('Form removed', bookings);
    const form = await edit(bookings, id);
    await forms.withoutRealtime(bookings, async () => {
      await lab.db.query('delete from bookings where id = $1', [id]);
      await form.getByLabel('Minutes').fill('75');
      await form.getByRole('button', { name: 'Save' }).click();
      await form.getByText(/This booking was removed at/).waitFor();
      expect(await forms.booking(id)).toEqual({});
    });
  });

  it('cancels a row only as it was seen, and undoes only its own cancelling', async () => {
    const bookings = await forms.openBookings();
    const id = await forms.newRow('Form both', bookings);
    const { page } = bookings;
    const release = await hold(page, 'PATCH', 'bookings');
    await bookings
      .row(id)
      .getByRole('button', { name: /^Cancel/ })
      .click();
    await lab.db.query("update bookings set status = 'completed' where id = $1", [id]);
    release();
    const toast = toastOf(page, 'Not cancelled');
    await toast.getByText('Status: was pending, now completed').waitFor();
    expect((await forms.booking(id))['status']).toBe('completed');
    await toast.getByRole('button', { name: 'Close toast' }).click();

    await lab.db.query("update bookings set status = 'pending' where id = $1", [id]);
    await bookings.row(id).getByText('pending').waitFor();
    await bookings
      .row(id)
      .getByRole('button', { name: /^Cancel/ })
      .click();
    await bookings.row(id).getByText('cancelled').waitFor();
    // Where the change is known, undoing is not offered any more.
    await forms.withoutRealtime(bookings, async () => {
      await lab.db.query("update bookings set status = 'no_show' where id = $1", [id]);
      await toastOf(page, 'Booking cancelled').getByRole('button', { name: 'Undo' }).click();
      await toastOf(page, 'Not undone').waitFor();
    });
    expect((await forms.booking(id))['status']).toBe('no_show');
  });
});
