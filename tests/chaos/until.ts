import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_MS = 20;

/** Resolves with true when it holds, with false when it does not within `ms`. */
export async function until(holds: () => boolean, ms: number): Promise<boolean> {
  const end = performance.now() + ms;
  while (!holds()) {
    if (performance.now() > end) return false;
    await sleep(LOOK_MS);
  }
  return true;
}
