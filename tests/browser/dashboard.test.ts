import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { countBookings, insertBooking } from './support/bookings.js';
import { BookingsPage } from './support/bookingsPage.js';
import { openWindow, type Window } from './support/chromium.js';
import { openLab, physio, salon, type Lab } from './support/lab.js';

let lab: Lab;
const windows: Window[] = [];

beforeAll(async () => {
  lab = await openLab();
});

afterAll(async () => {
  await lab.close();
});

afterEach(async () => {
  const opened = windows.splice(0);
  await Promise.all(opened.map(({ page }) => page.context().close()));
  expect(opened.flatMap(({ problems }) => problems)).toEqual([]);
});

/** A new window on the salon's bookings, live. */
async function openBookings(): Promise<BookingsPage> {
  const window = await openWindow(lab.browser, lab.dashboard);
  windows.push(window);
  const bookings = new BookingsPage(window.page);
  await bookings.choose(salon);
  return bookings;
}

describe('the bookings page', () => {
  it('shows the bookings of the chosen business as the database has them', async () => {
    const bookings = await openBookings();
    const { rows } = await lab.db.query<{ id: string }>(
      'select id::text from bookings where business_id = $1 order by starts_at desc, bookings.id desc limit 200',
      [salon],
    );
    await bookings.row(rows[0]?.id ?? '').waitFor();
    const shown = await bookings.page
      .locator('[data-booking]')
      .evaluateAll((items) => items.map((item) => item.getAttribute('data-booking')));
    expect(shown).toEqual(rows.map(({ id }) => id));
  });

  it('shows inserted, updated and deleted rows exactly once and in the order of the commits', async () => {
    const bookings = await openBookings();
    const names = ['Ada', 'Grace', 'Edsger', 'Barbara', 'Zoë 🦊'];
    const ids: string[] = [];
    for (const name of names) ids.push(await insertBooking(lab.db, salon, name));
    for (const id of ids) await lab.db.query("update bookings set status = 'confirmed' where id = $1", [id]);
    for (const id of ids.slice(0, 3)) await lab.db.query('delete from bookings where id = $1', [id]);
    // Whatever came twice would have come before this one.
    const last = await insertBooking(lab.db, salon, 'Last');

    await bookings.untilChanges(14);
    expect(await bookings.changes()).toEqual([
      ...names.map((name) => `New ${name}, Cut and finish`),
      ...names.map((name) => `Changed ${name}, pending → confirmed`),
      ...names.slice(0, 3).map((name) => `Removed ${name}, Cut and finish`),
      'New Last, Cut and finish',
    ]);
    expect(await bookings.row(last).count()).toBe(1);
    expect(await bookings.row(ids[4] ?? '').innerText()).toMatch(/Zoë 🦊[\s\S]*confirmed/);
    for (const id of ids.slice(0, 3)) await bookings.expectNoRow(id);
    await lab.db.query('delete from bookings where id = any($1)', [[...ids, last]]);
  });

  it('shows the rows of one transaction in their order', async () => {
    const bookings = await openBookings();
    await lab.db.query('begin');
    const first = await insertBooking(lab.db, salon, 'First');
    await lab.db.query("update bookings set status = 'cancelled' where id = $1", [first]);
    await lab.db.query('delete from bookings where id = $1', [first]);
    await insertBooking(lab.db, salon, 'Second');
    await lab.db.query('commit');
    await bookings.untilChanges(4);
    expect(await bookings.changes()).toEqual([
      'New First, Cut and finish',
      'Changed First, pending → cancelled',
      'Removed First, Cut and finish',
      'New Second, Cut and finish',
    ]);
  });

  it('shows nothing of another business', async () => {
    const bookings = await openBookings();
    const other = await insertBooking(lab.db, physio, 'Not here');
    const own = await insertBooking(lab.db, salon, 'Here');
    await bookings.row(own).waitFor();
    expect(await bookings.changes()).toEqual(['New Here, Cut and finish']);
    expect(await bookings.row(other).count()).toBe(0);
  });

  it('follows the business that is chosen', async () => {
    const bookings = await openBookings();
    await bookings.choose(physio);
    const theirs = await insertBooking(lab.db, physio, 'Physio guest');
    await bookings.row(theirs).waitFor();
    await insertBooking(lab.db, salon, 'Salon guest');
    await lab.db.query('delete from bookings where id = $1', [theirs]);
    await bookings.untilChanges(2);
    expect(await bookings.changes()).toEqual([
      'New Physio guest, Cut and finish',
      'Removed Physio guest, Cut and finish',
    ]);
  });

  it('adds a booking at the press of the button', async () => {
    const bookings = await openBookings();
    const before = await countBookings(lab.db, salon);
    await bookings.addButton.click();
    await bookings.untilChanges(1);
    expect(await countBookings(lab.db, salon)).toBe(before + 1);
    const { rows } = await lab.db.query<{ id: string; client_name: string; service: string }>(
      'select id::text, client_name, service from bookings where business_id = $1 order by bookings.id desc limit 1',
      [salon],
    );
    const [added] = rows;
    expect(await bookings.changes()).toEqual([`New ${added?.client_name ?? ''}, ${added?.service ?? ''}`]);
    expect(await bookings.row(added?.id ?? '').count()).toBe(1);
  });

  it('keeps two windows in step', async () => {
    const left = await openBookings();
    const right = await openBookings();
    await left.addButton.click();
    await Promise.all([left.untilChanges(1), right.untilChanges(1)]);
    await right.addButton.click();
    await Promise.all([left.untilChanges(2), right.untilChanges(2)]);
    expect(await left.changes()).toEqual(await right.changes());
    const ids = (page: BookingsPage) =>
      page.page
        .locator('[data-booking]')
        .evaluateAll((items) => items.map((item) => item.getAttribute('data-booking')));
    expect(await left.addButton.isEnabled()).toBe(true);
    expect(await ids(left)).toEqual(await ids(right));
  });

  it('says why a booking could not be added, and goes on', async () => {
    const bookings = await openBookings();
    await bookings.page.route('**/rest/v1/bookings', (route) =>
      route.fulfill({ status: 503, body: 'down for a moment' }),
    );
    await bookings.addButton.click();
    await bookings.page.getByRole('alert').getByText('HTTP 503: down for a moment').waitFor();
    await bookings.page.unroute('**/rest/v1/bookings');
    await bookings.addButton.click();
    await bookings.untilChanges(1);
    expect(await bookings.page.getByRole('alert').count()).toBe(0);
    // The browser itself reports the refused request.
    expect(windows[0]?.problems.splice(0)).toEqual([expect.stringContaining('503')]);
  });
});

describe('the page policy', () => {
  it('forbids eval while the wasm core runs', async () => {
    const bookings = await openBookings();
    const response = await bookings.page.request.get(lab.dashboard);
    const policy = response.headers()['content-security-policy'] ?? '';
    expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval'");
    expect(policy).not.toContain("'unsafe-eval'");
    expect(policy).not.toContain("'unsafe-inline'");
    const evaluated = await bookings.page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.inlineRan = true;';
      document.head.append(script);
      return 'inlineRan' in globalThis;
    });
    expect(evaluated).toBe(false);
    // Chromium's own report and the page's event.
    const problems = windows[0]?.problems ?? [];
    await expect.poll(() => problems.length).toBe(2);
    expect(problems.splice(0).every((text) => text.includes('inline'))).toBe(true);
  });

  it('lets the page load nothing from elsewhere', async () => {
    const window = await openWindow(lab.browser, 'about:blank');
    windows.push(window);
    const hosts = new Set<string>();
    window.page.on('request', (request) => hosts.add(new URL(request.url()).host));
    window.page.on('websocket', (socket) => hosts.add(new URL(socket.url()).host));
    await window.page.goto(lab.dashboard);
    await new BookingsPage(window.page).untilStatus('live');
    expect([...hosts].sort()).toEqual([new URL(lab.dashboard).host, new URL(lab.backend.url).host].sort());
  });
});
