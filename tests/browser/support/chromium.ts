import { execFileSync } from 'node:child_process';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

declare global {
  /** Each unexpected shift of the page's layout, in order, with what was moved. */
  var shifts: { value: number; moved: string[] }[];
}

/** An entry of the Layout Instability API, which the DOM types leave out. */
interface LayoutShift extends PerformanceEntry {
  value: number;
  hadRecentInput: boolean;
  sources: { node: Node | null }[];
}

/** Longer than anything here takes, a reconnect after a back-off included. */
const TIMEOUT_MS = 45_000;

/** So many times as slow as the machine runs each page. More than 1 shows which test depends on the machine's speed. */
export const slowdown = Number(process.env['CPU_SLOWDOWN'] ?? 1);

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The browser named by CHROMIUM, or the first Chromium on PATH. */
export function chromiumPath(): string {
  const { CHROMIUM = '' } = process.env;
  if (CHROMIUM !== '') return CHROMIUM;
  return execFileSync('sh', ['-c', 'command -v chromium || command -v chromium-browser || command -v google-chrome'])
    .toString()
    .trim();
}

export function launchChromium(more: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath(), args: [...flags, ...more] });
}

/** As much as the variable CPU_SLOWDOWN says. */
export async function slowDown(page: Page): Promise<void> {
  if (slowdown <= 1) return;
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
}

/** A window of its own, with all that went wrong in it. */
export interface Window {
  page: Page;
  /** Console errors, uncaught exceptions and refusals by the content security policy, in order. */
  problems: string[];
}

export async function openWindow(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Window> {
  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'UTC', ...options });
  context.setDefaultTimeout(TIMEOUT_MS);
  const page = await context.newPage();
  await slowDown(page);
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  await page.addInitScript(() => {
    globalThis.shifts = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as LayoutShift[]) {
        if (entry.hadRecentInput) continue;
        const elements = entry.sources.map(({ node }) => (node instanceof Element ? node : node?.parentElement));
        // Toasts are a layer of their own, above the page; one that is gone by now has no element.
        if (elements.every((element) => element === null || element?.closest('[data-sonner-toaster]') !== null))
          continue;
        const moved = elements.map((element) => element?.outerHTML.slice(0, 120) ?? 'gone');
        globalThis.shifts.push({ value: entry.value, moved });
      }
    }).observe({ type: 'layout-shift', buffered: true });
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      console.error(`refused by ${violatedDirective}: ${blockedURI}`);
    });
  });
  await page.goto(url);
  return { page, problems };
}
