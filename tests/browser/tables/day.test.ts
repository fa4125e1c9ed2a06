import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityProblems } from '../support/axe.js';
import { insertBookingsAt, removeBookings } from '../support/bookings.js';
import { dayControl, openSalon } from '../support/bookingsPage.js';
import { openWindow } from '../support/chromium.js';
import { openLab, physio, salon, screenshotPath, type Lab } from '../support/lab.js';

let lab: Lab;

beforeAll(async () => {
  lab = await openLab();
});

afterAll(async () => {
  await lab.close();
});

/** Runs in the page: what is cut off of the times, amounts and figures. */
function cutTexts(): string[] {
  const cells = document.querySelectorAll('[data-row] :is([data-slot="meta"], [data-slot="value"]), .figure-value');
  return [...cells]
    .filter((cell) => {
      const text = document.createRange();
      text.selectNodeContents(cell);
      const [inner, outer] = [text.getBoundingClientRect(), cell.getBoundingClientRect()];
      const row = (cell.closest('tr, .figure') ?? cell).getBoundingClientRect();
      return inner.width > outer.width + 0.5 || outer.top < row.top || outer.bottom > row.bottom;
    })
    .map(({ textContent }) => textContent);
}

function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

describe('the bookings of a day', () => {
  it('open on today with the next appointment first, then what has begun, the latest first', async () => {
    const ids = await insertBookingsAt(lab.db, [
      [0, '00:00', 'First of the day'],
      [0, '23:59', 'Last of the day'],
      [1, '00:00', 'Tomorrow'],
      [-1, '23:59', 'Yesterday'],
    ]);
    const dashboard = await openSalon(lab);
    await dashboard.row(ids[1] ?? '').waitFor();
    const { rows } = await lab.db.query<{ id: string }>(
      `select bookings.id::text from bookings join businesses on businesses.id = business_id
        where business_id = $1 and (starts_at at time zone time_zone)::date = (now() at time zone time_zone)::date
        order by starts_at < date_trunc('minute', now()), abs(extract(epoch from starts_at - now())), bookings.id`,
      [salon],
    );
    expect(await dashboard.ids()).toEqual(rows.map(({ id }) => id));
    await dashboard.page.getByRole('button', { name: 'The day after' }).click();
    await dashboard.row(ids[2] ?? '').waitFor();
    expect(await dashboard.row(ids[1] ?? '').count()).toBe(0);
    await dashboard.page.getByRole('button', { name: 'Today', exact: true }).click();
    await dashboard.page.getByRole('button', { name: 'The day before' }).click();
    await dashboard.row(ids[3] ?? '').waitFor();
    await dashboard.page.goBack();
    await dashboard.row(ids[1] ?? '').waitFor();
    await dashboard.page.context().close();
    await removeBookings(lab.db, ids);
  });

  it.each([
    ['phone', 390, 844],
    ['tablet', 768, 1024],
    ['desktop', 1440, 900],
  ])('show the next appointment on a %s without scrolling, alerts or not', async (_device, width, height) => {
    const ids = await insertBookingsAt(lab.db, [[0, '23:59', 'Last of the day']]);
    await lab.db.query(
      "insert into admin_alerts (business_id, severity, title) values ($1, 'critical', 'Card payments are failing')",
      [salon],
    );
    const dashboard = await openSalon(lab, '', { locale: 'en-US', viewport: { width, height } });
    const { page } = dashboard;
    await page.locator('[data-figure="alerts"] .figure-value', { hasText: 'critical' }).waitFor();
    await page.locator('.recharts-surface').first().waitFor();
    const [next = ''] = await dashboard.ids();
    const row = await dashboard.row(next).boundingBox();
    expect((row?.y ?? NaN) + (row?.height ?? NaN)).toBeLessThanOrEqual(height);
    expect(await page.evaluate(() => scrollY)).toBe(0);
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.context().close();
    await lab.db.query("delete from admin_alerts where title = 'Card payments are failing'");
    await removeBookings(lab.db, ids);
  });

  it('are found by the name of the client on all days, whatever its accents', async () => {
    const ids = await insertBookingsAt(lab.db, [
      [-3, '10:00', 'Zoë Ångström'],
      [2, '10:00', 'Zoë Ångström'],
    ]);
    const dashboard = await openSalon(lab);
    await dashboard.page.getByLabel('Find a client').fill('angstrom zoe');
    await dashboard.row(ids[0] ?? '').waitFor();
    expect(await dashboard.ids()).toEqual([ids[1], ids[0]]);
    await dashboard.page.getByLabel('Find a client').fill('nobody of that name');
    await dashboard.page.getByText('No booking of a client called').waitFor();
    await dashboard.page.context().close();
    await removeBookings(lab.db, ids);
  });

  it('say who does the work, in the table and on the cards', async () => {
    const name = '(select full_name from staff where id = bookings.staff_id)';
    const { rows } = await lab.db.query<{ id: string; name: string; day: string }>(
      `select bookings.id::text, ${name} as name, to_char(starts_at at time zone 'America/New_York', 'YYYY-MM-DD') as day
         from bookings where business_id = $1 and staff_id is not null order by starts_at desc limit 1`,
      [salon],
    );
    for (const width of [1440, 390]) {
      const dashboard = await openSalon(lab, `&day=${rows[0]?.day ?? ''}`, { viewport: { width, height: 900 } });
      await dashboard
        .row(rows[0]?.id ?? '')
        .getByText(rows[0]?.name ?? '')
        .waitFor();
      expect(await dashboard.row(rows[0]?.id ?? '').innerText()).toMatch(/\d+ min/);
      await dashboard.page.context().close();
    }
  });
});

describe('the time zone of a business', () => {
  it('is named where the clocks of the browser differ, and its day and its times are the same in every browser', async () => {
    const [id = ''] = await insertBookingsAt(lab.db, [[0, '00:30', 'Early bird']]);
    const seen: string[] = [];
    for (const timezoneId of ['America/New_York', 'Pacific/Auckland', 'Asia/Tokyo', 'America/Los_Angeles']) {
      const dashboard = await openSalon(lab, '', { timezoneId, locale: 'en-US' });
      await dashboard.row(id).waitFor();
      const hint = await dashboard.page.getByText('times in New York').count();
      expect(hint).toBe(timezoneId === 'America/New_York' ? 0 : 1);
      const time = await dashboard.row(id).locator('time').innerText();
      const figures = await dashboard.page.locator('.figures').innerText();
      seen.push(`${time} ${figures} ${await dashboard.page.locator('.page-head time').innerText()}`);
      await dashboard.page.context().close();
    }
    expect(seen[0]).toContain('12:30 AM');
    expect(new Set(seen).size).toBe(1);
    await removeBookings(lab.db, [id]);
  });
});

describe.each(['en-US', 'de-DE', 'ar', 'hi-IN'])('in %s', (locale) => {
  it.each([320, 390, 768, 834, 1024, 1440])(
    'no time and no amount is cut in a window of %i px, the lab open too',
    async (width) => {
      const dashboard = await openSalon(lab, '&day=all', { locale, viewport: { width, height: 900 } });
      const { page } = dashboard;
      await page.evaluate(() => document.fonts.ready);
      expect(await page.evaluate(cutTexts)).toEqual([]);
      await page.getByRole('button', { name: 'Lab', exact: true }).click();
      await page.locator('.lab').waitFor();
      expect(await page.evaluate(cutTexts)).toEqual([]);
      expect(await overflow(page)).toBeLessThanOrEqual(0);
      await page.screenshot({ path: screenshotPath(`locale-${locale}-${String(width)}`) });
      await page.context().close();
    },
  );
});

describe('the name of who does the work', () => {
  it.each(['en-US', 'ar', 'de-DE'])('is not cut on a tablet in %s', async (locale) => {
    for (const width of [768, 834, 1024]) {
      const dashboard = await openSalon(lab, '&day=all', { locale, viewport: { width, height: 900 } });
      await dashboard.page.evaluate(() => document.fonts.ready);
      const cut = await dashboard.page
        .locator('[data-row] [data-slot="person"]')
        .evaluateAll((cells) =>
          cells.filter((cell) => cell.scrollWidth > cell.clientWidth).map(({ textContent }) => textContent),
        );
      expect(cut).toEqual([]);
      await dashboard.page.context().close();
    }
  });
});

describe('large amounts and large text', () => {
  it.each([320, 390, 1440])('are shown whole in a window of %i px', async (width) => {
    await lab.db.query(
      `insert into payment_transactions (business_id, amount, currency, method, status, reference, paid_at)
       select $1, 999999999.99, 'USD', 'card', 'paid', 'LARGE', now() from generate_series(1, 2)`,
      [salon],
    );
    const dashboard = await openSalon(lab, '&view=payments', { locale: 'en-US', viewport: { width, height: 900 } });
    const { page } = dashboard;
    await dashboard.untilRowsLive('Payments');
    await page.locator('[data-row]', { hasText: 'LARGE' }).first().waitFor();
    expect(await page.evaluate(cutTexts)).toEqual([]);
    const before = await page.locator('.page-head h2').evaluate((title) => getComputedStyle(title).fontSize);
    // As the text size of the browser does.
    await page.evaluate(() => {
      document.documentElement.style.fontSize = '200%';
    });
    await page.evaluate(() => document.fonts.dispatchEvent(new Event('loadingdone')));
    expect(await page.locator('.page-head h2').evaluate((title) => getComputedStyle(title).fontSize)).toBe(
      `${String(Number.parseFloat(before) * 2)}px`,
    );
    await page.screenshot({ path: screenshotPath(`large-${String(width)}`) });
    expect(await page.evaluate(cutTexts)).toEqual([]);
    await page.context().close();
    await lab.db.query("delete from payment_transactions where reference = 'LARGE'");
  });

  it('leave the name of a client room on a tablet', async () => {
    for (const [width, isLabOpen] of [
      [768, false],
      [834, false],
      [1120, true],
    ] as const) {
      const dashboard = await openSalon(lab, '&day=all', { viewport: { width, height: 900 } });
      if (isLabOpen) await dashboard.page.getByRole('button', { name: 'Lab', exact: true }).click();
      const names = dashboard.page.locator('[data-row] [data-slot="title"]');
      const cut = await names.evaluateAll(
        (cells) => cells.filter((cell) => cell.scrollWidth > cell.clientWidth).length,
      );
      expect(cut).toBe(0);
      await dashboard.page.context().close();
    }
  });
});

describe('alerts', () => {
  it('stand in order of severity and time, and lead to what they are about', async () => {
    const ids = await insertBookingsAt(lab.db, [
      [-2, '10:00', 'One'],
      [-2, '10:15', 'Other'],
    ]);
    await lab.db.query('update admin_alerts set acknowledged = true');
    await lab.db.query(
      `insert into admin_alerts (business_id, severity, title, body, context, created_at) values
        ($1, 'info', 'Newest', null, null, now()),
        ($1, 'warning', 'Two bookings overlap', 'One and Other', $2, now() - interval '1 hour'),
        ($1, 'warning', 'Two bookings overlap', 'Older', null, now() - interval '2 hours'),
        ($1, 'critical', 'Card payments are failing', null, null, now() - interval '20 days')`,
      [salon, JSON.stringify({ booking_ids: ids.map(Number) })],
    );
    const dashboard = await openSalon(lab);
    const { page } = dashboard;
    await page.locator('[data-figure="alerts"] .figure-value', { hasText: '4, 1 critical' }).waitFor();
    await page.screenshot({ path: screenshotPath('alerts-figure') });
    await lab.db.query("update admin_alerts set severity = 'critical' where title = 'Newest'");
    await page.locator('[data-figure="alerts"] .figure-value', { hasText: '4, 2 critical' }).waitFor();
    await lab.db.query("update admin_alerts set severity = 'info' where title = 'Newest'");
    await page.locator('[data-figure="alerts"] .figure-value', { hasText: '4, 1 critical' }).waitFor();
    await page.getByRole('button', { name: 'Look at them' }).click();
    expect(await accessibilityProblems(page)).toEqual([]);
    const items = dashboard.form.getByRole('listitem');
    expect(await items.locator('strong').allInnerTexts()).toEqual([
      'Card payments are failing',
      'Two bookings overlap',
      'Two bookings overlap',
      'Newest',
    ]);
    const names = await dashboard.form
      .getByRole('button', { name: 'Acknowledge' })
      .evaluateAll((buttons) => buttons.map((button) => button.getAttribute('aria-label')));
    expect(new Set(names).size).toBe(4);
    await page.getByRole('button', { name: 'Show the bookings' }).click();
    await dashboard.row(ids[0] ?? '').waitFor();
    expect((await dashboard.ids()).sort()).toEqual([...ids].sort());
    expect(await dayControl(page)).toEqual({ date: '', pressed: [] });
    await page.screenshot({ path: screenshotPath('bookings-of-an-alert') });
    await page.getByRole('button', { name: 'Show the others' }).click();
    await dashboard.row(ids[0] ?? '').waitFor({ state: 'detached' });
    expect((await dayControl(page)).pressed).toEqual(['Today']);
    await page.context().close();
    await removeBookings(lab.db, ids);
    await lab.db.query('delete from admin_alerts where acknowledged = false');
  });
});

describe('the chart', () => {
  it('ends at now, marks it, and has its numbers in a table', async () => {
    const dashboard = await openSalon(lab, '', { locale: 'en-US' });
    const { page } = dashboard;
    await page.locator('.chart-now').first().waitFor({ state: 'attached' });
    expect(await page.locator('.chart [role="application"], .chart [aria-live="assertive"]').count()).toBe(0);
    await page.getByText('As a table').click();
    const rows = await page
      .getByRole('table', { name: 'Today by the hour' })
      .locator('tbody tr')
      .evaluateAll((lines) =>
        lines.map((line) => {
          const cells = [...line.querySelectorAll('th, td')].map(({ textContent }) => textContent);
          const hour = Number.parseInt(cells[0] ?? '');
          return { hour: (hour % 12) + (cells[0]?.endsWith('PM') === true ? 12 : 0), isKnown: cells[2] !== '–' };
        }),
      );
    const { rows: clock } = await lab.db.query<{ hour: number }>(
      "select extract(hour from now() at time zone 'America/New_York')::int as hour",
    );
    const now = clock[0]?.hour ?? 0;
    expect(rows.every(({ hour, isKnown }) => isKnown === hour <= now)).toBe(true);
    await page.context().close();
  });

  it('has no scale of money where nothing was paid', async () => {
    await lab.db.query(
      "update payment_transactions set paid_at = null, status = 'pending' where business_id = $1 and paid_at > now() - interval '2 days'",
      [physio],
    );
    const { page } = await openWindow(lab.browser, `${lab.dashboard}?business=${physio}`);
    await page.locator('.chart-now').first().waitFor({ state: 'attached' });
    const ticks = await page.locator('.chart .recharts-yAxis-tick-labels').allInnerTexts();
    expect(ticks.join(' ')).not.toMatch(/€[1-9]/);
    await page.context().close();
  });

  it.each(['light', 'dark'] as const)(
    'has bars, a line and words that differ visibly from the ground in %s',
    async (colorScheme) => {
      const dashboard = await openSalon(lab, '', { colorScheme });
      const ratios = await dashboard.page.evaluate(() => {
        const luminance = (color: string): number => {
          const probe = document.createElement('canvas').getContext('2d');
          if (probe === null) return 0;
          probe.fillStyle = color;
          probe.fillRect(0, 0, 1, 1);
          const [r = 0, g = 0, b = 0] = [...probe.getImageData(0, 0, 1, 1).data].map((part) =>
            part <= 10 ? part / 3294.6 : ((part / 255 + 0.055) / 1.055) ** 2.4,
          );
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const colorOf = (name: string): string => {
          const probe = document.body.appendChild(document.createElement('i'));
          probe.style.color = `var(--${name})`;
          const { color } = getComputedStyle(probe);
          probe.remove();
          return color;
        };
        const ground = luminance(colorOf('panel'));
        const contrast = (name: string): number => {
          const own = luminance(colorOf(name));
          return (Math.max(own, ground) + 0.05) / (Math.min(own, ground) + 0.05);
        };
        return { bar: contrast('chart-bar'), line: contrast('chart-line'), tooltip: contrast('text') };
      });
      expect(ratios.bar).toBeGreaterThanOrEqual(3);
      expect(ratios.line).toBeGreaterThanOrEqual(3);
      expect(ratios.tooltip).toBeGreaterThanOrEqual(4.5);
      await dashboard.page.context().close();
    },
  );
});
