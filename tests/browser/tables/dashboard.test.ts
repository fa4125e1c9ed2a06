import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bookingIds, countBookings, insertBooking } from '../support/bookings.js';
import { BookingsPage, untilSettled } from '../support/bookingsPage.js';
import { openWindow, type Window } from '../support/chromium.js';
import { openLab, physio, salon, type Lab } from '../support/lab.js';
import { toastOf } from '../support/toasts.js';

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

/** A new window on the salon's bookings of all days, live. */
async function openBookings(): Promise<BookingsPage> {
  const window = await openWindow(lab.browser, `${lab.dashboard}?day=all`);
  windows.push(window);
  const bookings = new BookingsPage(window.page);
  await bookings.choose(salon);
  return bookings;
}

describe('the bookings', () => {
  it('are those of the chosen business as the database has them, the next first, fifty at a time', async () => {
    const bookings = await openBookings();
    const ids = await bookingIds(lab.db, salon, 100);
    await bookings.row(ids[0] ?? '').waitFor();
    expect(await bookings.ids()).toEqual(ids.slice(0, 50));
    await bookings.page.getByRole('button', { name: 'Show more' }).click();
    await bookings.row(ids[99] ?? '').waitFor();
    expect(await bookings.ids()).toEqual(ids);
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
    await bookings.row(last).waitFor();
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
    // The row may be there by the fetch already.
    await bookings.untilChanges(1);
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

  it('are added, edited and cancelled by forms, and a cancellation can be taken back', async () => {
    const bookings = await openBookings();
    const before = await countBookings(lab.db, salon);
    await bookings.addBooking({ Client: 'Ada Byron', Service: 'Treatment', Minutes: '45', Amount: '72.25' });
    await bookings.untilChanges(1);
    expect(await countBookings(lab.db, salon)).toBe(before + 1);
    const { rows } = await lab.db.query<{ id: string }>(
      "select id::text from bookings where client_name = 'Ada Byron'",
    );
    const row = bookings.row(rows[0]?.id ?? '');
    expect(await row.innerText()).toMatch(/Ada Byron[\s\S]*Treatment[\s\S]*\$72\.25[\s\S]*pending/);

    await row.getByRole('button', { name: 'Edit booking of Ada Byron' }).click();
    await bookings.submit({ Service: 'Full colour', Status: 'confirmed' }, 'Save');
    await row.getByText('confirmed').waitFor();
    expect(await row.innerText()).toContain('Full colour');

    await untilSettled(bookings.page);
    await row.getByRole('button', { name: 'Cancel booking of Ada Byron' }).click();
    await row.getByText('cancelled').waitFor();
    await toastOf(bookings.page, 'Booking cancelled').getByRole('button', { name: 'Undo' }).click();
    await row.getByText('confirmed').waitFor();
    await bookings.untilChanges(4);
    expect(await bookings.changes()).toEqual([
      'New Ada Byron, Treatment',
      'Changed Ada Byron, pending → confirmed',
      'Changed Ada Byron, confirmed → cancelled',
      'Changed Ada Byron, cancelled → confirmed',
    ]);
    await lab.db.query('delete from bookings where id = $1', [rows[0]?.id]);
  });

  it('are in step in two windows, and new ones are announced in both', async () => {
    const left = await openBookings();
    const right = await openBookings();
    await left.addBooking({ Client: 'From the left', Service: 'Treatment' });
    for (const { page } of [left, right]) {
      await toastOf(page, /From the left, Treatment/).waitFor();
    }
    await right.addBooking({ Client: 'From the right', Service: 'Treatment' });
    await Promise.all([left.untilChanges(2), right.untilChanges(2)]);
    expect(await left.changes()).toEqual(await right.changes());
    await Promise.all(
      [left.page, right.page].map((page) => page.locator('td', { hasText: 'From the right' }).waitFor()),
    );
    expect(await left.ids()).toEqual(await right.ids());
    await lab.db.query("delete from bookings where client_name like 'From the %'");
  });

  it('say why one could not be saved, and go on', async () => {
    const bookings = await openBookings();
    const url = '**/rest/v1/bookings?*';
    await bookings.page.route(url, (route) => route.fulfill({ status: 500, body: 'broken for a moment' }));
    await bookings.addButton.click();
    await bookings.submit({ Client: 'Patient' }, 'Add');
    await bookings.form.getByRole('alert').getByText('The server has a problem: try again in a moment.').waitFor();
    expect(await bookings.form.locator('code').textContent()).toBe('HTTP 500 · broken for a moment');
    await bookings.page.unroute(url);
    await bookings.submit({}, 'Add');
    await bookings.form.waitFor({ state: 'detached' });
    await bookings.untilChanges(1);
    expect(await bookings.changes()).toEqual(['New Patient, Consultation']);
    // The browser itself reports the refused request.
    expect(windows[0]?.problems.splice(0)).toEqual([expect.stringContaining('500')]);
    await lab.db.query("delete from bookings where client_name = 'Patient'");
  });
});

describe('the payments', () => {
  it('are added, edited and cancelled by forms, and count as revenue while they are paid', async () => {
    const dashboard = await openBookings();
    await dashboard.show('Payments');
    await dashboard.untilRowsLive('Payments');
    const before = await dashboard.figure('revenue').innerText();
    await dashboard.page.getByRole('button', { name: 'Add payment' }).click();
    await dashboard.submit({ Amount: '1000', Method: 'cash', Reference: 'P-NEW' }, 'Add');
    const { page } = dashboard;
    const row = page.locator('[data-table="payments"] [data-row]', { hasText: 'P-NEW' });
    await row.getByText('paid').waitFor();
    const value = (text: string): number => Math.round(Number(text.replace(/[^\d.]/g, '')) * 100);
    const revenue = async (): Promise<number> => value(await dashboard.figure('revenue').innerText());
    await expect.poll(revenue, { timeout: 30_000 }).toBe(value(before) + 100_000);

    await row.getByRole('button', { name: 'Edit payment P-NEW' }).click();
    await dashboard.submit({ Amount: '500' }, 'Save');
    await expect.poll(revenue, { timeout: 30_000 }).toBe(value(before) + 50_000);
    await untilSettled(page);
    await row.getByRole('button', { name: 'Cancel payment P-NEW' }).click();
    await row.getByText('cancelled').waitFor();
    const whose = (await row.locator('[data-slot="title"]').innerText()).trim();
    await toastOf(page, 'Payment cancelled').getByText(`${whose}, `).waitFor();
    await expect.poll(() => dashboard.figure('revenue').innerText(), { timeout: 30_000 }).toBe(before);
    await lab.db.query("delete from payment_transactions where reference = 'P-NEW'");
  });
});

describe('what changes seldom', () => {
  it('follows what others do: how often a client came, and what they have spent', async () => {
    const dashboard = await openBookings();
    const { page } = dashboard;
    const { rows } = await lab.db.query<{ id: string }>(
      `with client as (insert into clients (business_id, full_name) values ($1, 'Aaron Counted') returning id)
       insert into bookings (business_id, client_id, client_name, service, starts_at, amount, status)
       select $1, id, 'Aaron Counted', 'Cut', now(), 48.5, 'confirmed' from client returning id::text`,
      [salon],
    );
    const id = rows[0]?.id ?? '';
    await dashboard.show('Clients');
    const client = page.locator('[data-table="clients"] [data-row]', { hasText: 'Aaron Counted' });
    await client.getByText('0 visits').waitFor();
    await lab.db.query("update bookings set status = 'completed' where id = $1", [id]);
    await client.getByText('1 visit', { exact: true }).waitFor();
    await lab.db.query(
      `insert into payment_transactions (business_id, booking_id, amount, currency, method, status)
       values ($1, $2, 48.5, 'USD', 'cash', 'paid')`,
      [salon, id],
    );
    await client.getByText('48.50').waitFor();
    await lab.db.query("update payment_transactions set status = 'cancelled' where booking_id = $1", [id]);
    await client.getByText('0.00').waitFor();
    await lab.db.query('delete from bookings where id = $1', [id]);
    await client.getByText('0 visits').waitFor();
    await lab.db.query('delete from payment_transactions where booking_id = $1', [id]);
    await lab.db.query("delete from clients where full_name = 'Aaron Counted'");
  });

  it('follows all the same: clients, staff at work and alerts', async () => {
    const dashboard = await openBookings();
    const { page } = dashboard;
    await dashboard.show('Clients');
    await lab.db.query("insert into clients (business_id, full_name, visits) values ($1, 'Aaron Newcomer', 3)", [
      salon,
    ]);
    await page.locator('[data-table="clients"] [data-row]', { hasText: 'Aaron Newcomer' }).waitFor();
    await lab.db.query("delete from clients where full_name = 'Aaron Newcomer'");
    await page
      .locator('[data-table="clients"] [data-row]', { hasText: 'Aaron Newcomer' })
      .waitFor({ state: 'detached' });

    await dashboard.show('Staff');
    const present = dashboard.figure('staff');
    await expect.poll(() => present.innerText(), { timeout: 30_000 }).toMatch(/^\d$/);
    const before = Number(await present.innerText());
    const person = page.locator('[data-table="staff"] [data-row]', { hasText: 'present' }).first();
    await person.getByRole('button', { name: 'Clock out' }).click();
    await expect.poll(() => present.innerText(), { timeout: 30_000 }).toBe(String(before - 1));
    await page.getByRole('button', { name: 'Clock in' }).first().click();
    await expect.poll(() => present.innerText(), { timeout: 30_000 }).toBe(String(before));

    await lab.db.query(
      "insert into admin_alerts (business_id, severity, title) values ($1, 'warning', 'The till is open')",
      [salon],
    );
    await toastOf(page, 'The till is open').waitFor();
    await page.getByRole('button', { name: 'Look at them' }).click();
    const alert = dashboard.form.getByRole('listitem').filter({ hasText: 'The till is open' });
    await alert.waitFor();
    await untilSettled(page);
    await alert.getByRole('button', { name: 'Acknowledge' }).click();
    await alert.waitFor({ state: 'detached' });
    await lab.db.query("delete from admin_alerts where title = 'The till is open'");
  });
});

describe('the first view', () => {
  it('asks for the rows before the chart, and for nothing twice', async () => {
    const window = await openWindow(lab.browser, 'about:blank');
    windows.push(window);
    const requests: string[] = [];
    window.page.on('request', (request) => requests.push(new URL(request.url()).pathname));
    await window.page.goto(`${lab.dashboard}?business=${salon}`);
    await window.page.locator('.recharts-surface').first().waitFor();
    const rows = requests.indexOf('/rest/v1/bookings');
    const chart = requests.findIndex((path) => path.startsWith('/assets/DayChart'));
    expect(rows).toBeGreaterThan(-1);
    expect(chart).toBeGreaterThan(rows);
    const assets = requests.filter((path) => path.startsWith('/assets/') || path === '/config.json');
    expect(assets).toEqual([...new Set(assets)]);
    // The core is on its way before the page's script has run.
    const core = requests.findIndex((path) => /^\/assets\/switchboard-.*\.wasm$/.test(path));
    expect(core).toBeLessThan(requests.indexOf('/rest/v1/businesses'));
    expect(await window.page.locator('link[rel="preload"][type="application/wasm"]').count()).toBe(1);
    const answer = await window.page.request.get(new URL(requests[core] ?? '', lab.dashboard).href);
    expect(answer.headers()).toMatchObject({ 'content-type': 'application/wasm', 'content-encoding': 'br' });
    expect((await answer.body()).subarray(0, 4).toString('latin1')).toBe('\0asm');
  });

  it("is made with React's production build", async () => {
    const { page } = await openBookings();
    const script = (await page.locator('script[type="module"]').getAttribute('src')) ?? '';
    const text = await (await page.request.get(new URL(script, lab.dashboard).href)).text();
    expect(text.length).toBeGreaterThan(100_000);
    expect(text).not.toContain('React DevTools');
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
    await expect.poll(() => problems.length, { timeout: 30_000 }).toBe(2);
    expect(problems.splice(0).every((text) => text.includes('inline'))).toBe(true);
  });

  it('lets the page load nothing from elsewhere', async () => {
    const window = await openWindow(lab.browser, 'about:blank');
    windows.push(window);
    const hosts = new Set<string>();
    window.page.on('request', (request) => hosts.add(new URL(request.url()).host));
    window.page.on('websocket', (socket) => hosts.add(new URL(socket.url()).host));
    await window.page.goto(`${lab.dashboard}?tabs=off`);
    await new BookingsPage(window.page).untilStatus('live');
    expect([...hosts].sort()).toEqual([new URL(lab.dashboard).host, new URL(lab.backend.url).host].sort());
  });
});
