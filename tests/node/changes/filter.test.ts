import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { FilterSyntaxError, parseFilter } from '../../../web/core/filters/filter.js';

interface Row {
  filter: string;
  ok: boolean;
  error?: string;
}

const table = JSON.parse(
  readFileSync(new URL('../../fixtures/filters.json', import.meta.url), 'utf8'),
) as readonly Row[];
const brief = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);

describe('the filter grammar', () => {
  it.each(table.filter((row) => row.ok).map((row) => [brief(row.filter), row] as const))('accepts %j', (_, row) => {
    expect(() => parseFilter(row.filter)).not.toThrow();
  });

  it.each(table.filter((row) => !row.ok).map((row) => [brief(row.filter), row] as const))('refuses %j', (_, row) => {
    expect(() => parseFilter(row.filter)).toThrow(FilterSyntaxError);
    expect(() => parseFilter(row.filter)).toThrow(row.error);
  });

  it('splits at top-level commas only and takes quotes off', () => {
    expect(parseFilter(String.raw`a=eq."x,\"y\"",b=not.in.(1,"2,3"),c=is.null`)).toEqual([
      { column: 'a', negated: false, operator: 'eq', values: ['x,"y"'] },
      { column: 'b', negated: true, operator: 'in', values: ['1', '2,3'] },
      { column: 'c', negated: false, operator: 'is', values: ['null'] },
    ]);
  });

  it('keeps a quote that does not span the whole value, as the server does', () => {
    expect(parseFilter('desc=eq.5" tall,id=gt.0').map((condition) => condition.values)).toEqual([['5" tall'], ['0']]);
    expect(parseFilter('name=eq."ab"cd')[0]?.values).toEqual(['"ab"cd']);
  });

  it('reads blank text as no filter', () => {
    expect(parseFilter('  ')).toEqual([]);
  });

  it.each([
    ['escapes in quotes', `"${'\\\\'.repeat(10_000)}"`, '\\'.repeat(10_000)],
    ['one word', 'x'.repeat(20_000), 'x'.repeat(20_000)],
    ['quotes that do not count', 'x"'.repeat(10_000), 'x"'.repeat(10_000)],
  ])('looks at no character of a long value twice: %s', (_, text, value) => {
    const filter = `a=eq.${text}`;
    const charAt = vi.spyOn(String.prototype, 'charAt');
    const [condition] = parseFilter(filter);
    const looks = charAt.mock.calls.length;
    charAt.mockRestore();
    expect(condition?.values).toEqual([value]);
    expect(looks).toBeGreaterThan(0);
    expect(looks).toBeLessThanOrEqual(filter.length);
  });
});
