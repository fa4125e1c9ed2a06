// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { guardAim } from '../../../web/dashboard/src/focus/aim.js';

let pressed: string[];
let stopped: string[];
let end: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  document.body.innerHTML = '<ul></ul>';
  pressed = [];
  stopped = [];
  end = guardAim(document, (words) => stopped.push(words));
});

afterEach(() => {
  end();
  vi.useRealTimers();
});

function newRow(id: string): HTMLElement {
  const row = document.createElement('li');
  row.dataset['row'] = id;
  const button = document.createElement('button');
  button.dataset['atOnce'] = 'true';
  button.setAttribute('aria-label', `Cancel ${id}`);
  button.addEventListener('click', () => pressed.push(id));
  row.append(button);
  return row;
}

/** Puts these rows on display, and lets the page see that they are. */
async function show(...rows: HTMLElement[]): Promise<void> {
  document.querySelector('ul')?.replaceChildren(...rows);
  await vi.advanceTimersByTimeAsync(0);
}

/** Moves the mouse to the button of the row, or a finger, and presses. */
function press(row: HTMLElement, pointerType = 'mouse'): void {
  const button = row.firstElementChild;
  const init = { bubbles: true, cancelable: true, detail: 1, pointerType };
  if (pointerType === 'mouse') button?.dispatchEvent(new PointerEvent('pointermove', init));
  button?.dispatchEvent(new PointerEvent('pointerdown', init));
  button?.dispatchEvent(new MouseEvent('click', init));
}

it.each(['mouse', 'touch'])('a press by %s counts where a row has been for 0.6 s, not before', async (pointerType) => {
  const [upper, lower] = [newRow('upper'), newRow('lower')];
  await show(lower);
  press(lower, pointerType);
  expect(pressed).toEqual(['lower']);
  await show(upper, lower);
  press(upper, pointerType);
  await vi.advanceTimersByTimeAsync(599);
  press(upper, pointerType);
  expect([pressed, stopped]).toEqual([['lower'], ['Cancel upper', 'Cancel upper']]);
  await vi.advanceTimersByTimeAsync(1);
  press(upper, pointerType);
  expect([pressed, stopped]).toEqual([
    ['lower', 'upper'],
    ['Cancel upper', 'Cancel upper'],
  ]);
});

it('a row that comes where nothing was can be pressed at once, and so can one above it', async () => {
  const [upper, lower] = [newRow('upper'), newRow('lower')];
  await show(upper);
  await show(upper, lower);
  press(lower);
  press(upper);
  expect([pressed, stopped]).toEqual([['lower', 'upper'], []]);
});

it('rows below one that was removed, or below a new line, have moved', async () => {
  const [upper, middle, lower] = [newRow('upper'), newRow('middle'), newRow('lower')];
  await show(upper, middle, lower);
  await show(upper, lower);
  press(lower);
  press(upper);
  expect([pressed, stopped]).toEqual([['upper'], ['Cancel lower']]);
  await vi.advanceTimersByTimeAsync(600);
  lower.style.setProperty('--above', '1');
  await vi.advanceTimersByTimeAsync(0);
  press(lower);
  expect(stopped).toEqual(['Cancel lower', 'Cancel lower']);
});

it('a button that others give another meaning has to settle; one that was pressed does not', async () => {
  const row = newRow('upper');
  await show(row);
  row.firstElementChild?.setAttribute('aria-label', 'Restore upper');
  await vi.advanceTimersByTimeAsync(0);
  press(row);
  expect([pressed, stopped]).toEqual([[], ['Restore upper']]);
  await vi.advanceTimersByTimeAsync(600);
  press(row);
  row.firstElementChild?.setAttribute('aria-label', 'Cancel upper');
  await vi.advanceTimersByTimeAsync(0);
  press(row);
  expect([pressed, stopped]).toEqual([['upper', 'upper'], ['Restore upper']]);
});

it('a press that went down before a row had settled does not count when it ends later', async () => {
  const [upper, lower] = [newRow('upper'), newRow('lower')];
  await show(lower);
  await show(upper, lower);
  const init = { bubbles: true, cancelable: true, detail: 1, pointerType: 'touch' };
  upper.firstElementChild?.dispatchEvent(new PointerEvent('pointerdown', init));
  await vi.advanceTimersByTimeAsync(600);
  upper.firstElementChild?.dispatchEvent(new MouseEvent('click', init));
  expect([pressed, stopped]).toEqual([[], ['Cancel upper']]);
});
