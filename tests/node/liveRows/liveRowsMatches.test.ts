import { describe, expect, it } from 'vitest';
import { parseFilter } from '../../../web/core/filters/filter.js';
import { isLike } from '../../../web/core/liveRows/compare/like.js';
import { matches } from '../../../web/core/liveRows/compare/matches.js';
import { sameValue } from '../../../web/core/base/sameValue.js';
import { compareNumbers, compareTexts, keyText } from '../../../web/core/liveRows/compare/values.js';

const ROW = {
  n: 5,
  big: 9007199254740993n,
  text: 'Ann',
  day: '2026-11-22',
  at: '2026-11-22T10:00:00+00:00',
  uid: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
  yes: true,
  no: null,
  list: [1],
};

const COLUMNS = Object.entries({
  ...{
    n: 'int4',
    big: 'int8',
    text: 'text',
    day: 'date',
    at: 'timestamptz',
    uid: 'uuid',
    yes: 'bool',
    no: 'int4',
    list: '_int4',
  },
}).map(([name, type]) => ({ name, type }));

describe('a filter on a row', () => {
  it.each([
    ['n=eq.5', true],
    ['n=eq.5.0', null],
    ['n=neq.5', false],
    ['n=not.eq.6', true],
    ['n=eq.five', null],
    ['n=lt.6,n=gte.5', true],
    ['n=not.lte.5', false],
    ['n=in.(1,5)', true],
    ['n=not.in.(1,5)', false],
    ['big=eq.9007199254740993', true],
    ['big=eq.9007199254740992', false],
    ['text=eq.Ann', true],
    ['text=eq.Ben', false],
    ['text=eq.ann', null],
    ['text=in.(Ben,Cal)', false],
    ['text=lt.Ben', null],
    ['text=like.A%', true],
    ['text=like.a%', null],
    ['text=like.b%', false],
    ['text=ilike.a_n', true],
    ['text=not.like.B%', true],
    ['text=match.^A', null],
    ['day=eq.2026-11-22', true],
    ['day=eq."22 Nov 2026"', null],
    ['day=gt.2026-02-28', true],
    ['day=gt.2028-02-29', false],
    ['day=gt.2026-02-29', null],
    ['day=neq.2026-11-31', null],
    ['at=gt.2026-02-28 00:00:00Z', true],
    ['at=gt.2026-02-30 00:00:00Z', null],
    ['uid=eq.A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', true],
    ['uid=eq.00000000-0000-0000-0000-000000000000', false],
    ['yes=eq.true', true],
    ['yes=eq.f', false],
    ['yes=is.true', true],
    ['yes=not.is.null', true],
    ['no=is.null', true],
    ['no=eq.5', false],
    ['no=not.eq.5', false],
    ['no=isdistinct.5', true],
    ['n=isdistinct.5', false],
    ['n=not.isdistinct.5', true],
    ['list=eq.{1}', null],
    ['absent=eq.1', null],
    ['absent=eq.1,n=eq.6', false],
    ['', true],
  ])('%s: %s', (filter, verdict) => {
    expect(matches(parseFilter(filter), ROW, COLUMNS)).toBe(verdict);
  });

  it('is undecided for a column of which the type is not known', () => {
    for (const filter of ['n=eq.5', 'n=neq.5', 'no=is.null', 'no=eq.5', 'text=like.A%', 'yes=is.true']) {
      expect(matches(parseFilter(filter), ROW), filter).toBeNull();
    }
  });
});

describe('LIKE', () => {
  it('takes no more steps than the text is long times the pattern', () => {
    const text = 'a'.repeat(200_000);
    // By trying all ways to divide the text this would not end.
    expect(isLike(text, `${'%a'.repeat(20)}%b`, false)).toBe(false);
    expect(isLike(text, `${'%a'.repeat(20)}%`, false)).toBe(true);
    expect(isLike(text, `${'%_a'.repeat(20)}%B`, true)).toBe(false);
  });

  it.each([
    ['', '', true],
    ['', '%', true],
    ['', 'a', false],
    ['abc', 'abc', true],
    ['abc', 'ab', false],
    ['abab', '%ab', true],
    ['ab', 'ab%ab', false],
    ['aab', 'a%ab', true],
    ['a%c', 'a\\%c', true],
    ['abc', 'a\\%c', false],
    ['a\\c', 'a\\\\c', true],
    ['a_c', 'a\\_c', true],
    ['a\nb', 'a_b', true],
    ['😀', '_', true],
    ['a.c', 'a.c', true],
    ['abc', 'a.c', false],
    ['xaybzc', '%a%b%c', true],
    ['xaybzc', '%a%c%b', false],
  ])('%j LIKE %j is %s', (text, pattern, verdict) => {
    expect(isLike(text, pattern, false)).toBe(verdict);
    expect(isLike(text, pattern, true)).toBe(verdict);
  });
});

describe('values', () => {
  it('are compared by what they say', () => {
    expect(sameValue({ a: [1, { b: null }] }, { a: [1, { b: null }] })).toBe(true);
    expect(sameValue({ a: 1 }, { b: 1 })).toBe(false);
    expect(sameValue({ a: undefined }, {})).toBe(false);
    expect(sameValue([], {})).toBe(false);
    expect(sameValue(1n, 1n)).toBe(true);
  });

  it('are ordered by number, however that is written, or by text', () => {
    const mixed = [null, 'NaN', '10', 'b', 9, '9007199254740993', 9007199254740992n, '-0.5', 'Infinity', '1e2', ''];
    const byNumber = ['-0.5', 9, '10', '1e2', 9007199254740992n, '9007199254740993', 'Infinity', 'NaN', '', 'b', null];
    expect([...mixed].sort(compareNumbers)).toEqual(byNumber);
    expect(compareNumbers('150.00', 150)).toBe(0);
    expect(compareNumbers('1'.repeat(400), '2'.repeat(400))).toBe(-1);
    expect(['9', null, '10', 'b', [2n], [10n]].sort(compareTexts)).toEqual(['10', '9', [10n], [2n], 'b', null]);
  });

  it('make keys that are the same however a number is written', () => {
    expect(keyText({ id: 5 }, ['id'])).toBe(keyText({ id: '5' }, ['id']));
    expect(keyText({ id: 5n }, ['id'])).toBe(keyText({ id: 5 }, ['id']));
    expect(keyText({ a: 'x', b: 'y' }, ['a', 'b'])).not.toBe(keyText({ a: 'x","y', b: '' }, ['a', 'b']));
    const types = new Map([['id', 'numeric']]);
    expect(keyText({ id: '1.50' }, ['id'], types)).toBe(keyText({ id: 1.5 }, ['id']));
    expect(keyText({ id: 1e21 }, ['id'])).toBe(keyText({ id: `1${'0'.repeat(21)}` }, ['id']));
    expect(keyText({ id: '-0.10e1' }, ['id'], types)).toBe(keyText({ id: -1 }, ['id']));
    expect(keyText({ id: '1.50' }, ['id'])).not.toBe(keyText({ id: '1.5' }, ['id']));
    expect(keyText({ id: null }, ['id'])).toBeNull();
    expect(keyText({ a: 1 }, ['a', 'b'])).toBeNull();
  });
});
