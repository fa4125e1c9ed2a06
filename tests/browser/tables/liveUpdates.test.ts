import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertBooking } from '../support/bookings.js';
import { BookingsPage } from '../support/bookingsPage.js';
import { openWindow } from '../support/chromium.js';
import { openLab, report, salon, type Lab } from '../support/lab.js';
import { toastOf } from '../support/toasts.js';

let lab: Lab;

beforeAll(async () => {
  lab = await openLab();
});

afterAll(async () => {
  await lab.close();
});

describe('a live page', () => {
  it('moves nothing when rows come, change and go, nor when the line breaks', async () => {
    const opened = performance.now();
    const { page, problems } = await openWindow(lab.browser, `${lab.dashboard}?business=${salon}&day=all`);
    const dashboard = new BookingsPage(page);
    await dashboard.untilRowsLive();
    const rowsMs = Math.round(performance.now() - opened);
    await dashboard.untilAllLive();
    await page.locator('.recharts-surface').first().waitFor();
    await page.evaluate(async () => {
      await document.fonts.ready;
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    });
    const before = await page.evaluate(() => globalThis.shifts.splice(0));

    const ids = [];
    for (const name of ['Ada', 'Grace', 'Edsger']) ids.push(await insertBooking(lab.db, salon, name));
    await lab.db.query("update bookings set status = 'confirmed', starts_at = now(), amount = 12345.67 where id = $1", [
      ids[0],
    ]);
    await dashboard
      .row(ids[0] ?? '')
      .getByText('confirmed')
      .waitFor();
    await lab.db.query(
      `insert into payment_transactions (business_id, amount, currency, method, status, paid_at)
       values ($1, 12345.67, 'USD', 'card', 'paid', now())`,
      [salon],
    );
    await lab.db.query("insert into admin_alerts (business_id, severity, title) values ($1, 'critical', 'Fire')", [
      salon,
    ]);
    await toastOf(page, 'Fire').waitFor();
    await lab.db.query('delete from bookings where id = $1', [ids[1]]);
    await dashboard.expectNoRow(ids[1] ?? '');
    lab.backend.faults.drop();
    await lab.backend.faults.refuse({ mode: 'drop' });
    await dashboard.untilStatus('offline');
    await lab.backend.faults.reset();
    await dashboard.untilStatus('live');
    await dashboard.untilRowsLive();
    const paints = await page.evaluate(() =>
      performance.getEntriesByType('paint').map(({ name, startTime }) => ({ [name]: Math.round(startTime) })),
    );
    const sum = before.reduce((total, { value }) => total + value, 0);
    report('firstView', { paints, rowsMs, layoutShiftWhileLoading: sum });
    // The values of the row that was changed may be wider than before.
    const isOfChange = (html: string): boolean => /\$12,345\.67|>confirmed</.test(html);
    const shifts = await page.evaluate(() => globalThis.shifts);
    expect(shifts.filter(({ moved }) => !moved.every(isOfChange))).toEqual([]);
    expect(problems.filter((text) => !/WebSocket connection to .* failed/.test(text))).toEqual([]);
    await page.context().close();
  });
});
