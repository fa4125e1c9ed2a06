import { expect, it } from 'vitest';
import { formatAge } from '../../../web/dashboard/src/format.js';
import { lineOf } from '../../../web/dashboard/src/line/line.js';
import { roadOf } from '../../../web/dashboard/src/road/road.js';

it('the road is the one of the address, else of the configuration, else broadcasts', () => {
  expect(roadOf(null, {})).toBe('broadcast');
  expect(roadOf(null, { via: 'postgres_changes' })).toBe('postgres_changes');
  expect(roadOf('broadcast', { via: 'postgres_changes' })).toBe('broadcast');
  expect(roadOf('postgres_changes', {})).toBe('postgres_changes');
  expect(roadOf('pigeons', { via: 'postgres_changes' })).toBe('postgres_changes');
});

it('a window shares the line unless its address or configuration says otherwise', () => {
  expect(lineOf(null, {})).toBe('shared');
  expect(lineOf('', {})).toBe('shared');
  expect(lineOf('off', {})).toBe('own');
  expect(lineOf(null, { tabs: false })).toBe('own');
  expect(lineOf('on', { tabs: false })).toBe('shared');
  expect(lineOf('off', { tabs: true })).toBe('own');
});

it('an age is in ms while that says something', () => {
  // The words, and how digits are grouped, are those of the language.
  for (const [ms, text] of [
    [0, /^0\b.*ms/],
    [6, /^6\b.*ms/],
    [9_999, /^9\D?999\b.*ms/],
    [12_360, /^12[.,]4\b/],
    [150_000, /^3\b/],
    [9_000_000, /^2[.,]5\b/],
  ] as const)
    expect(formatAge(ms)).toMatch(text);
});
