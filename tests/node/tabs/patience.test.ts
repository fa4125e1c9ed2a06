import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Patience } from '../../../web/core/tabs/carriers/patience.js';
import { fakeTime, tick } from '../support/fakeTime.js';

fakeTime();

let asked = 0;
let lost = 0;
let patience: Patience;

beforeEach(() => {
  asked = 0;
  lost = 0;
  patience = new Patience(
    () => {
      asked += 1;
    },
    () => {
      lost += 1;
    },
  );
});

/** The machine sleeps: the wall clock goes on, and timers do not. */
function sleep(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
}

describe('an answer', () => {
  it('is waited for so long, and is lost once', async () => {
    patience.begin(5_000);
    await tick(4_999);
    expect([asked, lost]).toEqual([1, 0]);
    await tick(1);
    expect([asked, lost]).toEqual([1, 1]);
    await tick(60_000);
    expect([asked, lost]).toEqual([1, 1]);
  });

  it('in time ends the wait, and the next question begins another', async () => {
    patience.begin(5_000);
    await tick(4_000);
    patience.begin(5_000);
    patience.end();
    await tick(60_000);
    expect([asked, lost]).toEqual([1, 0]);
    patience.begin(5_000);
    await tick(5_000);
    expect([asked, lost]).toEqual([2, 1]);
  });

  it.each([0, 1_000, 3_900, 4_500])(
    'has the whole time again after a sleep of the machine, %i ms in',
    async (before) => {
      patience.begin(5_000);
      await tick(before);
      sleep(3_600_000);
      await tick(1_000);
      expect([asked, lost]).toEqual([2, 0]);
      await tick(4_000);
      expect([asked, lost]).toEqual([2, 0]);
      await tick(1_000);
      expect([asked, lost]).toEqual([2, 1]);
    },
  );

  it('is not lost because the clock was set back', async () => {
    patience.begin(5_000);
    await tick(2_000);
    sleep(-3_600_000);
    await tick(2_999);
    expect([asked, lost]).toEqual([1, 0]);
    await tick(1);
    expect([asked, lost]).toEqual([1, 1]);
  });

  it('is lost in the end where timers are always late', async () => {
    patience.begin(5_000);
    for (let late = 1; late <= 2; late += 1) {
      sleep(60_000);
      await tick(1_000);
      expect([asked, lost]).toEqual([1 + late, 0]);
    }
    sleep(60_000);
    await tick(1_000);
    expect([asked, lost]).toEqual([3, 1]);
  });

  it('is looked for by whoever asks again while the timers are held back', () => {
    patience.begin(5_000);
    for (let late = 1; late <= 3; late += 1) {
      sleep(25_000);
      patience.begin(5_000);
    }
    expect([asked, lost]).toEqual([3, 1]);
  });
});
