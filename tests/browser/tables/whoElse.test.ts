import { afterAll, afterEach, beforeAll, it } from 'vitest';
import { insertBooking } from '../support/bookings.js';
import { openSalon, type BookingsPage } from '../support/bookingsPage.js';
import { edit } from '../support/forms.js';
import { openLab, salon, screenshotPath, type Lab } from '../support/lab.js';

let lab: Lab;
let booking: string;
const opened: BookingsPage[] = [];

beforeAll(async () => {
  lab = await openLab();
  booking = await insertBooking(lab.db, salon, 'Twice open');
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ page }) => page.context().close()));
  await lab.backend.faults.reset();
});

afterAll(() => lab.close());

async function open(): Promise<BookingsPage> {
  const dashboard = await openSalon(lab, '&day=all');
  opened.push(dashboard);
  await dashboard.row(booking).waitFor();
  return dashboard;
}

const who = ({ page }: BookingsPage, words: string) => page.getByRole('button', { name: `Who is here: ${words}` });

it('the open form of a booking says who else has it open', async () => {
  const [first, second] = [await open(), await open()];
  const name = await second.ownName();
  const form = await edit(first, booking);
  await edit(second, booking);
  await form.getByText(`${name} has this booking open too.`).waitFor();
  await first.page.screenshot({ path: screenshotPath('also-editing') });
  await second.page.keyboard.press('Escape');
  await form.getByText('open too').waitFor({ state: 'detached' });
});

it('who is here is said to be what was known last while it is not live', async () => {
  const [first] = [await open(), await open()];
  await who(first, '2, you too').waitFor();
  await lab.backend.faults.refuse({ mode: 'drop' });
  lab.backend.faults.drop();
  await who(first, '2, you too, when last known').click();
  await first.page.getByText('Not live: this is what was known last.').waitFor();
  await first.page.screenshot({ path: screenshotPath('who-is-here-last-known') });
  await first.page.keyboard.press('Escape');
  await lab.backend.faults.reset();
  await first.page.getByRole('button', { name: /^Who is here: 2, you too$/ }).waitFor();
});
