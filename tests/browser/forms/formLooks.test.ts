import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityProblems } from '../support/axe.js';
import { insertBooking } from '../support/bookings.js';
import { BookingsPage } from '../support/bookingsPage.js';
import { openWindow } from '../support/chromium.js';
import { hold } from '../support/forms.js';
import { openLab, salon, screenshotPath, type Lab } from '../support/lab.js';
import { toastOf } from '../support/toasts.js';

let lab: Lab;

beforeAll(async () => {
  lab = await openLab();
});

afterAll(async () => {
  await lab.close();
});

const sizes = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } } as const;

describe.each(['light', 'dark'] as const)('the forms in %s', (colorScheme) => {
  it.each(['wide', 'narrow'] as const)('fit a %s window in every state, and are accessible', async (size) => {
    const { page } = await openWindow(lab.browser, `${lab.dashboard}?business=${salon}&day=all`, {
      colorScheme,
      viewport: sizes[size],
      reducedMotion: 'reduce',
    });
    const bookings = new BookingsPage(page);
    const { form } = bookings;
    await bookings.untilRowsLive();
    const look = async (state: string): Promise<void> => {
      await page.screenshot({ path: screenshotPath(`form-${state}-${size}-${colorScheme}`) });
      expect(await accessibilityProblems(page)).toEqual([]);
      const sticksOut = await form.evaluate((sheet) => sheet.scrollWidth - sheet.clientWidth);
      expect(sticksOut).toBeLessThanOrEqual(0);
    };

    await bookings.addButton.click();
    await look('new');
    await form.getByLabel('Client').fill('Wilhelmina Featherstonehaugh-Cholmondeley');
    await page.keyboard.press('Escape');
    await look('closing');
    await form.getByRole('button', { name: 'Discard' }).click();

    const id = await insertBooking(lab.db, salon, 'Wilhelmina Featherstonehaugh-Cholmondeley');
    await bookings.row(id).getByRole('button', { name: /^Edit/ }).click();
    await form.getByLabel('Minutes').fill('45');
    await form.getByLabel('Status').selectOption('confirmed');
    await lab.db.query(
      "update bookings set status = 'cancelled', duration_minutes = 90, service = 'Full colour' where id = $1",
      [id],
    );
    await form.getByText('Which is to be saved?').waitFor();
    await look('conflict');
    await lab.db.query('delete from bookings where id = $1', [id]);
    await form.getByText('This booking was removed').waitFor();
    await look('removed');
    await page.route('**/rest/v1/bookings?*', (route) => route.fulfill({ status: 500, body: '{"message":"boom"}' }));
    await form.getByRole('button', { name: 'Add it again' }).click();
    await form.getByText('The server has a problem: try again in a moment.').waitFor();
    await form.getByText('Details').click();
    await look('refused');
    await page.unroute('**/rest/v1/bookings?*');
    await form.getByRole('button', { name: 'Close', exact: true }).last().click();
    await form.getByRole('button', { name: 'Discard' }).click();

    await bookings.addButton.click();
    await bookings.submit({ Client: 'Looks', Amount: '12.345' }, 'Add');
    await form.getByText('At most 2 decimals.').waitFor();
    await look('wrong-amount');
    const release = await hold(page, 'POST', 'bookings');
    await bookings.submit({ Amount: '12.34' }, 'Add');
    await form.getByRole('button', { name: 'Saving…' }).waitFor();
    await look('saving');
    await page.keyboard.press('Escape');
    await look('closing-saving');
    release();
    await form.waitFor({ state: 'detached' });
    await page.unroute('**/rest/v1/bookings?*');

    await page.context().setOffline(true);
    await bookings.addButton.click();
    await bookings.submit({ Client: 'Looks' }, 'Add');
    await form.getByText('Waiting for a connection').waitFor();
    await look('waiting');
    await page.keyboard.press('Escape');
    await look('closing-waiting');
    await form.getByRole('button', { name: 'Save when back' }).click();
    await bookings.show('Payments');
    await page.getByRole('button', { name: 'Add payment' }).click();
    await look('payment');
    await bookings.submit({ Amount: '5' }, 'Add');
    await form.getByText('Waiting for a connection').waitFor();
    await look('payment-waiting');
    await page.context().close();
  });
});

describe('the forms in large text', () => {
  it.each([320, 390])('cut no time and no text on a phone of %i px', async (width) => {
    const { page } = await openWindow(lab.browser, `${lab.dashboard}?business=${salon}`, {
      locale: 'en-US',
      viewport: { width, height: 844 },
    });
    const bookings = new BookingsPage(page);
    const { form } = bookings;
    await bookings.untilRowsLive();
    await bookings.addButton.click();
    await page.evaluate(() => {
      document.documentElement.style.fontSize = '200%';
    });
    await form.getByLabel('Service').fill('Consultation');
    await form.getByLabel('Starts').fill('2026-12-28T10:58');
    await form.getByLabel('Starts').scrollIntoViewIfNeeded();
    await page.screenshot({ path: screenshotPath(`form-large-text-${String(width)}`) });
    const cut = await form.locator('input').evaluateAll((inputs) =>
      (inputs as HTMLInputElement[])
        .filter((input) => {
          const style = getComputedStyle(input);
          const probe = document.body.appendChild(document.createElement('span'));
          Object.assign(probe.style, { position: 'absolute', whiteSpace: 'pre', font: style.font });
          // As a browser writes it, with the sign that opens the calendar.
          probe.textContent = input.type === 'datetime-local' ? '12/28/2026, 10:58 AM MM' : input.value;
          const { width: needed } = probe.getBoundingClientRect();
          probe.remove();
          return needed > input.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
        })
        .map(({ name }) => name),
    );
    expect(cut).toEqual([]);
    await page.context().close();
  });

  it('have their title and their Close in sight, and toasts leave room, whatever the length of a name', async () => {
    const { page } = await openWindow(lab.browser, `${lab.dashboard}?business=${salon}&day=all`, {
      viewport: { width: 360, height: 740 },
    });
    const bookings = new BookingsPage(page);
    const { form } = bookings;
    const id = await insertBooking(lab.db, salon, 'Wolfeschlegelsteinhausenbergerdorff'.repeat(10));
    await bookings.row(id).waitFor();
    await bookings
      .row(id)
      .getByRole('button', { name: /^Cancel/ })
      .click();
    const toast = toastOf(page, 'Booking cancelled');
    await toast.getByRole('button', { name: 'Undo' }).waitFor();
    await page.screenshot({ path: screenshotPath('toast-long-name') });
    const heightOf = (element: Element): number => element.getBoundingClientRect().height;
    expect(await toast.evaluate(heightOf)).toBeLessThan(740 / 5);
    await page.evaluate(() => {
      document.documentElement.style.fontSize = '200%';
    });
    await bookings.row(id).getByRole('button', { name: /^Edit/ }).click();
    await form.waitFor();
    await page.screenshot({ path: screenshotPath('form-long-name') });
    expect(await form.evaluate((sheet) => sheet.scrollWidth - sheet.clientWidth)).toBeLessThanOrEqual(0);
    const close = await form.getByRole('button', { name: 'Close' }).first().boundingBox();
    expect((close?.x ?? 360) + (close?.width ?? 0)).toBeLessThanOrEqual(360);
    await page.context().close();
  });

  it('grow with it, labels and width included', async () => {
    const { page } = await openWindow(lab.browser, `${lab.dashboard}?business=${salon}`, { viewport: sizes.wide });
    const bookings = new BookingsPage(page);
    const { form } = bookings;
    await bookings.untilRowsLive();
    await bookings.addButton.click();
    const measure = (): Promise<number[]> =>
      form.evaluate((sheet) => [
        sheet.getBoundingClientRect().width,
        ...[...sheet.querySelectorAll('h2, label, input, select, button')].map((element) =>
          parseFloat(getComputedStyle(element).fontSize),
        ),
      ]);
    const usual = await measure();
    await page.evaluate(() => {
      document.documentElement.style.fontSize = '200%';
    });
    await page.screenshot({ path: screenshotPath('form-large-text') });
    expect(await measure()).toEqual(usual.map((size) => 2 * size));
    await page.context().close();
  });
});
