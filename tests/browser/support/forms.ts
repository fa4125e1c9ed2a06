import { expect } from 'vitest';
import type { Locator, Page } from 'playwright-core';
import { insertBooking } from './bookings.js';
import { BookingsPage, untilSettled } from './bookingsPage.js';
import { openWindow, type Window } from './chromium.js';
import { openLab, salon, type Lab } from './lab.js';

export type BookingColumns = Record<string, string | number | null>;

/** A lab for tests of forms. Names of what they add begin with "Form ". */
export class FormsLab {
  readonly windows: Window[] = [];

  private constructor(readonly lab: Lab) {}

  static async open(tuning?: Record<string, number>): Promise<FormsLab> {
    return new FormsLab(await openLab(tuning));
  }

  /** After each test: nothing unexpected may have been reported. */
  async tidy(): Promise<void> {
    const opened = this.windows.splice(0);
    await Promise.all(opened.map(({ page }) => page.context().close()));
    await this.lab.db.query("delete from bookings where client_name like 'Form %'");
    expect(opened.flatMap(({ problems }) => problems)).toEqual([]);
  }

  /** A new window on the bookings of a business, live. */
  async openBookings(business = salon): Promise<BookingsPage> {
    const window = await openWindow(this.lab.browser, `${this.lab.dashboard}?business=${business}&day=all`);
    this.windows.push(window);
    const bookings = new BookingsPage(window.page);
    await bookings.untilAllLive();
    return bookings;
  }

  /** A new window on the bookings of a business that no socket can be opened from. Its rows have been read. */
  async openWithoutRealtime(business = salon): Promise<BookingsPage> {
    const window = await openWindow(this.lab.browser, 'about:blank');
    this.windows.push(window);
    await window.page.routeWebSocket(/realtime/, (socket) => socket.close());
    await window.page.goto(`${this.lab.dashboard}?business=${business}&day=all&tabs=off`);
    const bookings = new BookingsPage(window.page);
    await window.page.locator('section[aria-label="Bookings"][data-rows-state="polling"]').waitFor();
    return bookings;
  }

  /** A booking as it is in the database; empty when there is none. */
  async booking(id: string): Promise<BookingColumns> {
    const { rows } = await this.lab.db.query<BookingColumns>(
      `select client_id::int, client_name, staff_id::int, service, status, duration_minutes, amount::float
         from bookings where id = $1`,
      [id],
    );
    return rows[0] ?? {};
  }

  /** Inserts a booking that is on display, and can be cancelled, when this resolves. */
  async newRow(name: string, bookings: BookingsPage): Promise<string> {
    const id = await insertBooking(this.lab.db, salon, name);
    await bookings.row(id).waitFor();
    await untilSettled(bookings.page);
    return id;
  }

  /** Runs `work` while no change comes in over realtime. The browser's reports of that are no problem. */
  async withoutRealtime(bookings: BookingsPage, work: () => Promise<void>): Promise<void> {
    await this.lab.backend.faults.refuse({ mode: 'drop' });
    this.lab.backend.faults.drop();
    await work();
    await this.lab.backend.faults.reset();
    await bookings.untilStatus('live');
    const problems = this.windows.flatMap((window) => window.problems.splice(0));
    expect(problems.filter((problem) => !problem.startsWith('WebSocket'))).toEqual([]);
  }
}

/** Opens the form of a booking that is on display. */
export async function edit(bookings: BookingsPage, id: string): Promise<Locator> {
  await bookings.row(id).getByRole('button', { name: /^Edit/ }).click();
  await bookings.form.waitFor();
  return bookings.form;
}

/** Presses "Go online" of the lab, which can't be reached while a form is open in front of it. */
export const goOnline = ({ page }: BookingsPage): Promise<void> =>
  page.locator('.lab button', { hasText: 'Go online' }).evaluate((button) => {
    if (button instanceof HTMLElement) button.click();
  });

export const closed = (bookings: BookingsPage): Promise<void> => bookings.form.waitFor({ state: 'detached' });

/** What has the focus: its label, name or text. */
export function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement;
    return element?.getAttribute('aria-label') ?? element?.getAttribute('name') ?? element?.textContent ?? '';
  });
}

/**
 * Holds requests of a method back until the returned function is called.
 *
 * @param answer what they get then, without reaching the server; absent: they go on to it
 */
export async function hold(
  page: Page,
  method: string,
  table: string,
  answer?: { status: number; body: string },
): Promise<() => void> {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(`**/rest/v1/${table}?*`, async (route) => {
    if (route.request().method() !== method) return route.continue();
    await released;
    return answer === undefined
      ? route.continue()
      : route.fulfill({ ...answer, headers: { 'access-control-allow-origin': '*' } });
  });
  return release;
}
