import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityProblems } from '../support/axe.js';
import { insertBooking } from '../support/bookings.js';
import { BookingsPage } from '../support/bookingsPage.js';
import { openWindow, type Window } from '../support/chromium.js';
import { openLab, salon, screenshotPath, type Lab } from '../support/lab.js';

const WORDS = { broadcast: 'by broadcasts with numbers', postgres_changes: 'by postgres_changes' } as const;

let lab: Lab;
const windows: Window[] = [];

beforeAll(async () => {
  lab = await openLab();
});

afterEach(async () => {
  const opened = windows.splice(0);
  await Promise.all(opened.map(({ page }) => page.context().close()));
  expect(opened.flatMap(({ problems }) => problems)).toEqual([]);
});

afterAll(async () => {
  await lab.close();
});

/** A new window on the salon, live. */
async function open(search = '', size = { width: 1440, height: 900 }): Promise<BookingsPage> {
  const url = `${lab.dashboard}?business=${salon}&day=all${search}`;
  const window = await openWindow(lab.browser, url, { viewport: size });
  windows.push(window);
  const dashboard = new BookingsPage(window.page);
  await dashboard.untilAllLive();
  return dashboard;
}

/** What the details say of each subscription. */
async function subscriptions({ statusTrigger, page }: BookingsPage): Promise<string[]> {
  await statusTrigger.click();
  await page.getByText('Details for developers').click();
  return page.getByRole('list', { name: 'Subscriptions' }).getByRole('listitem').allInnerTexts();
}

describe.each(['broadcast', 'postgres_changes'] as const)('the dashboard, with changes by %s', (via) => {
  it('shows in each window what is entered, changed and removed in another one', async () => {
    const [here, there] = await Promise.all([open(`&via=${via}`), open(`&via=${via}`)]);
    await here.addBooking({ Client: `Road of ${via}`, Service: 'Treatment', Amount: '80' });
    const { rows } = await lab.db.query<{ id: string }>('select id::text from bookings where client_name = $1', [
      `Road of ${via}`,
    ]);
    const id = rows[0]?.id ?? '';
    await Promise.all([here.row(id).waitFor(), there.row(id).waitFor()]);
    await lab.db.query("update bookings set status = 'confirmed' where id = $1", [id]);
    await Promise.all([here, there].map((window) => window.row(id).getByText('confirmed').waitFor()));
    await lab.db.query('delete from bookings where id = $1', [id]);
    await Promise.all([here.expectNoRow(id), there.expectNoRow(id)]);
    await there.untilChanges(3);
    expect(await there.changes()).toEqual([
      `New Road of ${via}, Treatment`,
      `Changed Road of ${via}, pending → confirmed`,
      `Removed Road of ${via}, Treatment`,
    ]);
    // How old each was when it came.
    expect(await there.page.locator('.feed li small').allInnerTexts()).toEqual(
      Array.from({ length: 3 }, () => expect.stringMatching(/^after [\d.,]+ (ms|sec)$/) as string),
    );
  });

  it('keeps what is read as a whole up to date: payments, clients, staff and alerts', async () => {
    const dashboard = await open(`&via=${via}`);
    await lab.db.query(`insert into admin_alerts (business_id, severity, title) values ($1, 'warning', $2)`, [
      salon,
      `Alert of ${via}`,
    ]);
    await dashboard.page.getByText(`Alert of ${via}`).first().waitFor();
    await lab.db.query('insert into clients (business_id, full_name) values ($1, $2)', [salon, `Aaa of ${via}`]);
    await dashboard.show('Clients');
    await dashboard.page.locator('[data-table="clients"]').getByText(`Aaa of ${via}`).waitFor();
    await dashboard.show('Staff');
    await lab.db.query('insert into staff (business_id, full_name, position) values ($1, $2, $3)', [
      salon,
      `Aab of ${via}`,
      'Stylist',
    ]);
    await dashboard.page.locator('[data-table="staff"]').getByText(`Aab of ${via}`).waitFor();
    await dashboard.show('Payments');
    await lab.db.query(
      `insert into payment_transactions (business_id, amount, currency, method, status, reference)
        values ($1, 12.5, 'EUR', 'cash', 'completed', $2)`,
      [salon, `R-${via}`],
    );
    await dashboard.page.locator('[data-table="payments"]').getByText('12.50').first().waitFor();
  });

  it('says how they come', async () => {
    const dashboard = await open(`&via=${via}`);
    const lines = await subscriptions(dashboard);
    expect(lines.length).toBeGreaterThanOrEqual(6);
    for (const line of lines) expect(line).toContain(WORDS[via]);
  });
});

describe('the choice between the two', () => {
  it('is made in the lab, is in the address, and Back takes it back', async () => {
    const dashboard = await open();
    const { page } = dashboard;
    await page.getByRole('button', { name: 'Lab', exact: true }).click();
    const choice = page.getByRole('group', { name: 'Changes by' });
    const chosen = (): Promise<string[]> => choice.locator('[aria-pressed="true"] b').allInnerTexts();
    expect(await chosen()).toEqual(['Broadcasts with numbers']);
    await choice.getByRole('button', { name: /^postgres_changes/ }).click();
    await choice.locator('[aria-pressed="true"]', { hasText: /^postgres_changes/ }).waitFor();
    await dashboard.untilRowsLive();
    expect(new URL(page.url()).searchParams.get('via')).toBe('postgres_changes');
    await page.goBack();
    await choice.locator('[aria-pressed="true"]', { hasText: /^Broadcasts/ }).waitFor({ state: 'attached' });
    await dashboard.untilRowsLive();
    expect(new URL(page.url()).searchParams.get('via')).toBeNull();
  });

  it.each([
    ['wide', { width: 1440, height: 900 }],
    ['narrow', { width: 390, height: 844 }],
  ] as const)('looks right and is accessible in a %s window', async (name, size) => {
    const dashboard = await open('&lab', size);
    const { page } = dashboard;
    const id = await insertBooking(lab.db, salon, 'Looks');
    await dashboard.untilChanges(1);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: screenshotPath(`roads-${name}-${colorScheme}`) });
      expect(await accessibilityProblems(page)).toEqual([]);
    }
    await page.getByRole('button', { name: 'Close the lab' }).click();
    await page.locator('.feed').scrollIntoViewIfNeeded();
    await page.screenshot({ path: screenshotPath(`roads-feed-${name}`) });
    await subscriptions(dashboard);
    await page.screenshot({ path: screenshotPath(`roads-status-${name}`) });
    expect(await accessibilityProblems(page)).toEqual([]);
    await lab.db.query('delete from bookings where id = $1', [id]);
  });

  it('is not there for a table that is not tracked: the page says so, and goes on', async () => {
    await lab.db.query("select switchboard.untrack('bookings')");
    const dashboard = await open();
    const lines = await subscriptions(dashboard);
    const [bookings = ''] = lines.filter((line) => line.startsWith('bookings'));
    expect(bookings).toContain(WORDS.postgres_changes);
    expect(bookings).toMatch(/TRACK_REFUSED|NOT_TRACKED/);
    expect(lines.filter((line) => line.includes(WORDS.broadcast)).length).toBe(lines.length - 1);
    const id = await insertBooking(lab.db, salon, 'Untracked');
    await dashboard.row(id).waitFor();
    await lab.db.query('delete from bookings where id = $1', [id]);
    await dashboard.expectNoRow(id);
    await lab.db.query("select switchboard.track('bookings', by => 'business_id')");
  });
});
