import type { Locator, Page } from 'playwright-core';

const TOAST = '[data-sonner-toast]';
const REMOVED = '[data-removed="true"]';

/**
 * The toasts that are not on their way out: one that fades stays in the page for a moment, longer on a slow machine.
 *
 * @param text how the toast begins, which is its title; a RegExp: anything in it; absent: any toast
 */
export function toastOf(page: Page, text?: string | RegExp): Locator {
  const toasts = page.locator(`${TOAST}:not(${REMOVED})`);
  if (text === undefined) return toasts;
  return toasts.filter({ hasText: typeof text === 'string' ? beginningWith(text) : text });
}

/** Resolves when no toast is on its way out any more. */
export async function untilToastsRest(page: Page): Promise<void> {
  await page.waitForFunction((fading) => document.querySelector(fading) === null, TOAST + REMOVED);
}

function beginningWith(text: string): RegExp {
  return new RegExp(`^${text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}`);
}
