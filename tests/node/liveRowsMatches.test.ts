import { describe, expect, it } from 'vitest';
import { parseFilter } from '../../web/core/filter.js';
import { matches } from '../../web/core/liveRows/matches.js';
import { compareValues, keyText, sameValue } from '../../web/core/liveRows/values.js';

const ROW = {
  n: 5,
  big: 9007199254740993n,
  text: 'Ann',
  day: '2026-11-22',
  uid: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
  yes: true,
  no: null,
  list: [1],
};

describe('a filter on a row', () => {
  it.each([
    ['n=eq.5', true],
    ['n=eq.5.0', true],
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
    ['text=like.a%', false],
    ['text=ilike.a_n', true],
    ['text=not.like.B%', true],
    ['text=match.^A', null],
    ['day=eq.2026-11-22', true],
    ['day=eq."22 Nov 2026"', null],
    ['uid=eq.A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', null],
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
    expect(matches(parseFilter(filter), ROW)).toBe(verdict);
  });
});

describe('values', () => {
  it('are compared by what they say', () => {
    expect(sameValue({ a: [1, { b: null }] }, { a: [1, { b: null }] })).toBe(true);
    expect(sameValue({ a: 1 }, { b: 1 })).toBe(false);
    expect(sameValue({ a: undefined }, {})).toBe(false);
    expect(sameValue([], {})).toBe(false);
    expect(sameValue(1n, 1n)).toBe(true);
    expect([null, 3n, 'b', 2, 'a'].sort(compareValues)).toEqual([2, 3n, 'a', 'b', null]);
  });

  it('make keys that are the same however a number is written', () => {
    expect(keyText({ id: 5 }, ['id'])).toBe(keyText({ id: '5' }, ['id']));
    expect(keyText({ id: 5n }, ['id'])).toBe(keyText({ id: 5 }, ['id']));
    expect(keyText({ a: 'x', b: 'y' }, ['a', 'b'])).not.toBe(keyText({ a: 'x","y', b: '' }, ['a', 'b']));
    expect(keyText({ id: null }, ['id'])).toBeNull();
    expect(keyText({ a: 1 }, ['a', 'b'])).toBeNull();
  });
});
