import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
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

  it('reads long input in linear time', () => {
    const started = performance.now();
    parseFilter(`a=eq."${'\\\\'.repeat(200_000)}"`);
    parseFilter(`a=eq.${'x'.repeat(400_000)}`);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
