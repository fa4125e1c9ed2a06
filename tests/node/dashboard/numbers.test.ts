import { describe, expect, it } from 'vitest';
import {
  decimalsOf,
  groupMark,
  numberIn,
  numberProblem,
  numberText,
} from '../../../web/dashboard/src/forms/fields/numbers.js';

describe('a number that is typed', () => {
  it.each([
    ['en', '48.5', 48.5],
    ['en', '48,50', 48.5],
    ['en', '1,200', 1_200],
    ['en', '1,200.50', 1_200.5],
    ['en', '1.200,50', 1_200.5],
    ['en', '1,234,567', 1_234_567],
    ['en', '12,34,567.8', 1_234_567.8],
    ['en', '.5', 0.5],
    ['en', '5.', 5],
    ['en', ' 12 ', 12],
    ['en', '0,500', 0.5],
    ['en', '-5', -5],
    ['de', '48,5', 48.5],
    ['de', '48.5', 48.5],
    ['de', '1.200', 1_200],
    ['de', '1.200,50', 1_200.5],
    ['fr', '1\u202f200,50', 1_200.5],
    ['fr', '1 200', 1_200],
    ['de-CH', '1’200.50', 1_200.5],
    ['ja', '１２００', 1_200],
    ['ar-EG', '١٢٫٥', 12.5],
    ['fa', '۱۲', 12],
  ])('in %s, %j, is %d', (locale, text, value) => {
    expect(numberIn(text, groupMark(locale))).toBe(value);
  });

  it.each([
    '',
    ' ',
    '.',
    ',',
    'abc',
    '1e9',
    '12 50 1',
    '1,2,3',
    '1.2.3',
    '1,200.50.1',
    '1.200,50,3',
    '12.5 0',
    '0x10',
    '--1',
    '1_0',
    'Infinity',
    '$5',
  ])('%j, is none', (text) => {
    expect(numberIn(text, groupMark('en'))).toBeNaN();
  });

  it('is kept to its kind', () => {
    const rule = { min: 0, max: 99_999_999.99, decimals: 2 };
    const en = groupMark('en');
    for (const text of ['', '0', '12.5', '99,999,999.99']) expect(numberProblem(text, rule, en)).toBeUndefined();
    expect(numberProblem('12.345', rule, en)).toBe('At most 2 decimals.');
    expect(numberProblem('1.200', rule, en)).toBe('At most 2 decimals.');
    expect(numberProblem('1,200', rule, groupMark('de'))).toBe('At most 2 decimals.');
    expect(numberProblem('100000000', rule, en)).toBe('At most 99,999,999.99.');
    expect(numberProblem('-1', rule, en)).toBe('At least 0.');
    expect(numberProblem('ten', rule, en)).toBe('This is no number. Write it like 12.00.');
    expect(numberProblem('1200.50', { ...rule, decimals: decimalsOf('JPY') }, en)).toBe('Without decimals.');
  });

  it('has the decimals of its currency, and those that it has', () => {
    expect([decimalsOf('USD'), decimalsOf('JPY'), decimalsOf('KWD')]).toEqual([2, 0, 2]);
    expect([numberText(48.5, 2), numberText(48.5, 0), numberText(1_200, 0), numberText(9_999_999_999.99, 2)]).toEqual([
      '48.50',
      '48.5',
      '1200',
      '9999999999.99',
    ]);
  });
});
