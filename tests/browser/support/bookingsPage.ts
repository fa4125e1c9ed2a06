import { expect } from 'vitest';
import type { Locator, Page } from 'playwright-core';

/** The dashboard's bookings page as a person sees it. */
export class BookingsPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get status(): Locator {
    return this.page.locator('header [data-state]');
  }

  get addButton(): Locator {
    return this.page.getByRole('button', { name: 'Add booking' });
  }

  row(id: string): Locator {
    return this.page.locator(`[data-booking="${id}"]`);
  }

  /** Resolves when the indicator says `state`. */
  async untilStatus(state: string): Promise<void> {
    await this.page.locator(`header [data-state="${state}"]`).waitFor();
  }

  /** Chooses a business and resolves when its changes flow. */
  async choose(businessId: string): Promise<void> {
    await this.page.getByLabel('Business').selectOption(businessId);
    await this.page.locator('.feed[data-live="true"]').waitFor();
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
