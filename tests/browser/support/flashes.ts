import type { Page } from 'playwright-core';

declare global {
  /** The rows that lit up, in order. */
  var flashes: string[];
}

/** Has the page keep which rows light up from now on. */
export async function watchFlashes(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    globalThis.flashes = [];
    const own = Object.getOwnPropertyDescriptor(Element.prototype, 'animate');
    const animate = own?.value as (this: Element, ...how: unknown[]) => Animation;
    Element.prototype.animate = function (this: Element, ...how) {
      globalThis.flashes.push(this.getAttribute('data-row') ?? '');
      return animate.apply(this, how);
    };
  });
  return () => page.evaluate(() => globalThis.flashes);
}
