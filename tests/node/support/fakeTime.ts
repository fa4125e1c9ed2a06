import { afterEach, beforeEach, vi } from 'vitest';

/** Timers and clock move only by `tick`, in every test of the file. `random` is what `Math.random` gives; default: its own. */
export function fakeTime({ random }: { random?: number } = {}): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    if (random !== undefined) vi.spyOn(Math, 'random').mockReturnValue(random);
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });
}

export const tick = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
