import { afterAll, beforeAll, expect, it } from 'vitest';
import { accessibilityProblems } from '../support/axe.js';
import { openSalon } from '../support/bookingsPage.js';
import { openLab, salon, screenshotPath, type Lab } from '../support/lab.js';

let lab: Lab;

beforeAll(async () => {
  lab = await openLab();
});

afterAll(() => lab.close());

it.each(['light', 'dark'] as const)(
  'somebody who is clocked in since an earlier day is shown so, in %s',
  async (colorScheme) => {
    const { rows } = await lab.db.query<{ id: string }>(
      `insert into staff (business_id, full_name, position) values ($1, 'Night Owl', 'stylist') returning id::text`,
      [salon],
    );
    const id = rows[0]?.id ?? '';
    await lab.db.query(
      `insert into staff_attendance (business_id, staff_id, work_date, clock_in)
     select $1, $2, (now() at time zone time_zone)::date - 1, now() - interval '26 hours 10 minutes' from businesses where id = $1`,
      [salon, id],
    );
    for (const viewport of [
      { width: 1280, height: 800 },
      { width: 360, height: 740 },
    ]) {
      const dashboard = await openSalon(lab, '&view=staff', { colorScheme, viewport });
      const row = dashboard.row(id, 'staff');
      await row.getByText(/^since \d\d:\d\d/).waitFor();
      await row.getByText(/\w+ \d+ \w+, for 26 h$/).waitFor();
      await dashboard.page
        .locator('[data-figure="staff"]')
        .getByText(/, 1 for too long$/)
        .waitFor();
      const cut = await row
        .locator('[data-slot="meta"]')
        .evaluate((cell) => cell.scrollWidth > cell.clientWidth || cell.scrollHeight > cell.clientHeight);
      expect(cut).toBe(false);
      await row.scrollIntoViewIfNeeded();
      await dashboard.page.screenshot({
        path: screenshotPath(`staff-overlong-${String(viewport.width)}-${colorScheme}`),
      });
      expect(await accessibilityProblems(dashboard.page)).toEqual([]);
      await dashboard.page.context().close();
    }
    await lab.db.query('delete from staff_attendance where staff_id = $1', [id]);
    await lab.db.query('delete from staff where id = $1', [id]);
  },
);
