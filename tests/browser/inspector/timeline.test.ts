import { fastTiming, startBackend, type Backend } from 'switchboard-backend';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outage } from '../../node/recording/support/outage.js';
import { writeRecording } from '../../node/recording/support/writeRecording.js';
import { accessibilityProblems } from '../support/axe.js';
import { launchChromium, openWindow } from '../support/chromium.js';
import { screenshotPath } from '../support/lab.js';
import { InspectorPage, serveInspectorPage } from './support/inspectorPage.js';

let backend: Backend;
let browser: Browser;
let server: Awaited<ReturnType<typeof serveInspectorPage>>;

beforeAll(async () => {
  [backend, browser] = await Promise.all([startBackend({ seed: false, timing: fastTiming }), launchChromium()]);
  server = await serveInspectorPage(backend);
});

afterAll(async () => {
  await server.close();
  await browser.close();
  await backend.stop();
});

/** In the page: the inspector on a manager whose recorder gives this recording. */
async function mountWith(bytes: number[]): Promise<void> {
  const options = { url: 'wss://ref.invalid/realtime/v1', apikey: 'sb_publishable_a', logger: null };
  const manager = Object.assign(globalThis.realtime.createRealtimeManager(options), {
    record: () => Promise.resolve(Uint8Array.from(bytes)),
  });
  const { mountInspector } = await globalThis.loadInspector();
  const container = document.querySelector<HTMLElement>('#inside') ?? undefined;
  await mountInspector(manager, { container }).ready;
}

async function open(bytes: Uint8Array, options: { width: number; colorScheme: 'light' | 'dark' }) {
  const { width, colorScheme } = options;
  const viewport = { width, height: 820 };
  const { page, problems } = await openWindow(browser, `${server.origin}/page/index.html`, { colorScheme, viewport });
  await page.evaluate(mountWith, [...bytes]);
  const inspector = new InspectorPage(page);
  await inspector.show('Timeline');
  return { page, problems, inspector };
}

/** The colours in the picture, without what is transparent. */
function painted(inspector: InspectorPage): Promise<number> {
  return inspector.body.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
    const data = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    const colours = new Set<string>();
    for (let at = 0; at < data.length; at += 4) {
      if (data[at + 3] === 255) colours.add(`${String(data[at])} ${String(data[at + 1])} ${String(data[at + 2])}`);
    }
    return colours.size;
  });
}

describe.each([
  ['light', 1280],
  ['dark', 1280],
  ['light', 360],
  ['dark', 360],
] as const)('the timeline in %s, %i px wide', (colorScheme, width) => {
  it('shows lanes, gaps and what healed them, as a picture and in words', async () => {
    const { page, problems, inspector } = await open(writeRecording(outage), { width, colorScheme });
    await inspector.body.getByRole('list', { name: 'Lanes' }).getByText('public.bookings *').waitFor();
    await inspector.body.getByRole('list', { name: 'Events' }).getByText('the gap is over').waitFor();
    await inspector.panel.getByRole('button', { name: 'Pause' }).click();
    await inspector.body.getByRole('button', { name: 'All' }).click();
    await expect.poll(() => painted(inspector)).toBeGreaterThan(4);
    await page.screenshot({ path: screenshotPath(`inspector-timeline-${colorScheme}-${String(width)}`) });
    expect(await inspector.overflow()).toBeLessThanOrEqual(0);
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(problems).toEqual([]);
    await page.context().close();
  });
});

it('says of a recording that can’t be read why', async () => {
  const { page, inspector } = await open(Uint8Array.from([1, 2, 3]), { width: 800, colorScheme: 'light' });
  await inspector.body.getByText(/recording/i).waitFor();
  await page.context().close();
});
