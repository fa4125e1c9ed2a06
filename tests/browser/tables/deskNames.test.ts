import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openWindow } from '../support/chromium.js';
import { openLab, salon, type Lab } from '../support/lab.js';

let lab: Lab;

beforeAll(async () => {
  lab = await openLab();
});

afterAll(() => lab.close());

/** What the window is called. */
async function nameOf(page: Page): Promise<string> {
  await page.getByRole('button', { name: /^Who is here/ }).click();
  const name = await page.getByRole('list', { name: 'People' }).locator('bdi').first().innerText();
  await page.keyboard.press('Escape');
  return name;
}

it('a window that is opened from another one has a name of its own, and a reload keeps both', async () => {
  const { page } = await openWindow(lab.browser, 'about:blank');
  // Each page makes up another name than the one before.
  await page.context().addInitScript(() => {
    const pages = Number(localStorage.getItem('pages') ?? 0);
    localStorage.setItem('pages', String(pages + 1));
    Math.random = () => (pages % 12) / 12;
  });
  await page.goto(`${lab.dashboard}?business=${salon}`);
  const first = await nameOf(page);
  const opened = page.waitForEvent('popup');
  await page.evaluate((url) => {
    window.open(url);
  }, page.url());
  const popup = await opened;
  const second = await nameOf(popup);
  expect(second).not.toBe(first);
  await page.reload();
  await popup.reload();
  expect([await nameOf(page), await nameOf(popup)]).toEqual([first, second]);
  await page.context().close();
});
