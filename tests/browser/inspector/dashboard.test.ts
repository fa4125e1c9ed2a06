import { afterAll, beforeAll, expect, it } from 'vitest';
import { accessibilityProblems } from '../support/axe.js';
import { openSalon } from '../support/bookingsPage.js';
import { InspectorPage } from './support/inspectorPage.js';
import { openLab, screenshotPath, type Lab } from '../support/lab.js';

let lab: Lab;

beforeAll(async () => {
  lab = await openLab();
});

afterAll(async () => {
  await lab.close();
});

it('is opened and closed from the lab, and follows what the lab does to the line', async () => {
  const { page } = await openSalon(lab);
  await page.getByRole('button', { name: 'Lab', exact: true }).click();
  const button = page.locator('.lab').getByRole('button', { name: /inspect/i });
  await button.click();
  const inspector = new InspectorPage(page);
  await inspector.body.getByText('Everything is live.').waitFor();
  await inspector.show('Subscriptions');
  await inspector.body.getByText('public.bookings').first().waitFor();
  await page.screenshot({ path: screenshotPath('inspector-in-dashboard') });
  expect(await accessibilityProblems(page)).toEqual([]);
  await inspector.show('Overview');
  await page
    .locator('.lab')
    .getByRole('button', { name: /^Go offline/ })
    .click();
  await inspector.body.getByText('its socket is not open').first().waitFor();
  await page
    .locator('.lab')
    .getByRole('button', { name: /^Go online/ })
    .click();
  await inspector.body.getByText('Everything is live.').waitFor();
  await inspector.panel.getByRole('button', { name: 'Close the inspector' }).click();
  await inspector.panel.waitFor({ state: 'detached' });
  await expect.poll(() => button.getAttribute('aria-pressed')).toBe('false');
  await page.context().close();
});
