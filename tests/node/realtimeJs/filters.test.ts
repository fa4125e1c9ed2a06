import * as reference from '@supabase/realtime-js';
import { describe, expect, it } from 'vitest';
import * as dropIn from 'switchboard-realtime-js';

type Builder = ReturnType<typeof dropIn.postgresChangesFilter>;

const values = ['plain', 'a,b', 'a(b)', 'say "hi"', 'back\\slash', ' edges ', '', 'null', 7, -1.5, true, false, null];
const operators = ['eq', 'neq', 'gt', 'gte', 'lt', 'lte', 'isDistinct'] as const;

/** What both builders make of the same calls. */
function both(build: (filter: Builder) => Builder): [ours: string, theirs: string] {
  return [
    build(dropIn.postgresChangesFilter()).build(),
    build(reference.postgresChangesFilter() as unknown as Builder).build(),
  ];
}

describe('postgresChangesFilter writes what realtime-js writes', () => {
  it.each(operators)('with %s', (operator) => {
    for (const value of values) {
      const [ours, theirs] = both((filter) => filter[operator]('a_column', value));
      expect(ours).toBe(theirs);
    }
  });

  it.each(['like', 'ilike', 'match', 'imatch'] as const)('with %s', (operator) => {
    for (const pattern of ['%a%', '^(a|b),c$', 'x"y', ' z']) {
      const [ours, theirs] = both((filter) => filter[operator]('a_column', pattern));
      expect(ours).toBe(theirs);
    }
  });

  it('with lists, of which each value counts once', () => {
    for (const list of [[1, 2, 2], ['a', 'b,c', '"'], [true], ['x', 'x']]) {
      const [ours, theirs] = both((filter) => filter.in('a_column', list).not('other', 'in', list));
      expect(ours).toBe(theirs);
    }
  });

  it('with is', () => {
    for (const value of [null, true, false, 'null', 'true', 'false', 'unknown'] as const) {
      const [ours, theirs] = both((filter) => filter.is('a_column', value).not('other', 'is', value));
      expect(ours).toBe(theirs);
    }
  });

  it('with several conditions, in order', () => {
    const [ours, theirs] = both((filter) => filter.gt('amount', 100).not('name', 'like', 'x%').eq('amount', 7));
    expect(ours).toBe('amount=gt.100,name=not.like.x%,amount=eq.7');
    expect(ours).toBe(theirs);
  });
});

it('an empty list is refused, as by realtime-js', () => {
  expect(() => dropIn.postgresChangesFilter().in('id', [])).toThrow(
    'Realtime `in` filter requires at least one value.',
  );
  expect(() => reference.postgresChangesFilter().in('id', [])).toThrow(
    'Realtime `in` filter requires at least one value.',
  );
});

it('a filter as text is what it builds', () => {
  expect(String(new dropIn.RealtimePostgresFilterBuilder().eq('id', 1))).toBe('id=eq.1');
});
