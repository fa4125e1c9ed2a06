import { expect } from 'vitest';
import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { openWindow } from './chromium.js';
import { salon, type Lab } from './lab.js';

/** What a form is filled in with, by label. Lists take the words of an option. */
export type Fields = Readonly<Record<string, string>>;

/** The dashboard of a business as a person sees it. */
export class BookingsPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get status(): Locator {
    return this.page.locator('header .switchboard-status');
  }

  /** What opens the details of the connection. */
  get statusTrigger(): Locator {
    return this.status.locator('.switchboard-trigger');
  }

  get addButton(): Locator {
    return this.page.getByRole('button', { name: 'Add booking' });
  }

  get form(): Locator {
    return this.page.getByRole('dialog');
  }

  /** The name under which this window is present: the first in its list of who is here. */
  async ownName(): Promise<string> {
    await this.page.getByRole('button', { name: /^Who is here: / }).click();
    const list = this.page.getByRole('dialog', { name: 'Who is here' });
    const name = await list.locator('bdi').first().innerText();
    await this.page.keyboard.press('Escape');
    await list.waitFor({ state: 'detached' });
    return name;
  }

  row(id: string, table = 'bookings'): Locator {
    return this.page.locator(`[data-table="${table}"] [data-row="${id}"]`);
  }

  /** One of the figures of today, such as `revenue`. */
  figure(name: string): Locator {
    return this.page.locator(`[data-figure="${name}"] .figure-value`);
  }

  /** The ids of the rows on display, in their order. */
  ids(table = 'bookings'): Promise<string[]> {
    return this.page
      .locator(`[data-table="${table}"] [data-row]`)
      .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-row') ?? ''));
  }

  /** The bookings on display: id, status and amount, in order. */
  shownBookings(): Promise<string[]> {
    return this.page.locator('[data-table="bookings"] [data-row]').evaluateAll((rows) =>
      rows.map((row) => {
        const text = (slot: string): string => row.querySelector(`[data-slot="${slot}"]`)?.textContent ?? '';
        const amount = text('value').replace(/[^\d.]/g, '');
        return [row.getAttribute('data-row') ?? '', text('badge'), amount].filter((part) => part !== '').join(' ');
      }),
    );
  }

  /** One of the lab's counters, such as `gaps`. */
  async counter(name: string): Promise<number> {
    const text = await this.page.locator(`[data-counter="${name}"]`).innerText();
    return Number(text.replaceAll(',', ''));
  }

  /** Resolves when the indicator says `state`. */
  async untilStatus(state: string): Promise<void> {
    await this.page.locator(`header .switchboard-status[data-state="${state}"]`).waitFor();
  }

  /** Resolves when the bookings are those of the database again. */
  async untilRowsLive(table = 'Bookings'): Promise<void> {
    await this.page.locator(`section[aria-label="${table}"][data-rows-state="live"]`).waitFor();
  }

  /** Resolves when the changes of all tables flow for the first time; the feed alone needs those of two. */
  async untilAllLive(): Promise<void> {
    await this.untilRowsLive();
    await this.page.locator('.feed[data-live="true"]').waitFor();
    await this.untilStatus('live');
  }

  /** Chooses a business and resolves when its changes flow. */
  async choose(businessId: string): Promise<void> {
    await this.page.getByLabel('Business').selectOption(businessId);
    await this.page.locator('.feed[data-live="true"]').waitFor();
  }

  /** Shows one of the tables. */
  async show(tab: 'Bookings' | 'Payments' | 'Clients' | 'Staff'): Promise<void> {
    await this.page.getByRole('tab', { name: tab }).click();
    await this.page.getByRole('tabpanel', { name: tab }).waitFor();
  }

  /** Fills in the open form and sends it. */
  async submit(fields: Fields, button: string): Promise<void> {
    for (const [label, value] of Object.entries(fields)) {
      const field = this.form.getByLabel(label, { exact: true });
      if ((await field.evaluate(({ tagName }) => tagName)) === 'SELECT') await field.selectOption({ label: value });
      else await field.fill(value);
    }
    await this.form.getByRole('button', { name: button, exact: true }).click();
  }

  /** Adds a booking as a person would. */
  async addBooking(fields: Fields): Promise<void> {
    await this.addButton.click();
    await this.submit(fields, 'Add');
    await this.form.waitFor({ state: 'detached' });
  }

  /** Resolves when the feed holds at least `count` changes. */
  async untilChanges(count: number): Promise<void> {
    await this.page
      .locator('.feed li')
      .nth(count - 1)
      .waitFor();
  }

  /** The feed's lines without their time, oldest first. */
  async changes(): Promise<string[]> {
    const lines = await this.page
      .locator('.feed li')
      .evaluateAll((items) =>
        items.map((item) => [...item.querySelectorAll('span')].map((part) => part.textContent).join(' ')),
      );
    return lines.reverse();
  }

  async expectNoRow(id: string): Promise<void> {
    await this.row(id).waitFor({ state: 'detached' });
    expect(await this.row(id).count()).toBe(0);
  }
}

/** A new window on the salon whose table is live. `search` is added to the page's address: `&view=staff`. */
export async function openSalon(lab: Lab, search = '', options: BrowserContextOptions = {}): Promise<BookingsPage> {
  const { page } = await openWindow(lab.browser, `${lab.dashboard}?business=${salon}${search}`, options);
  await page.locator('section[data-rows-state="live"]').waitFor();
  return new BookingsPage(page);
}

/** Resolves when no row has come to its place so recently that a press of its buttons would not count. */
export async function untilSettled(page: Page): Promise<void> {
  await page.locator('[data-settling]').first().waitFor({ state: 'detached' });
}

/** What the control says about the day whose bookings are on display. */
export async function dayControl(page: Page): Promise<{ date: string; pressed: string[] }> {
  const tools = page.getByRole('group', { name: 'Which bookings' });
  return {
    date: await tools.getByLabel('Day', { exact: true }).inputValue(),
    pressed: await tools.locator('[aria-pressed="true"]').allInnerTexts(),
  };
}
