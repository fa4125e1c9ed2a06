import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseFilter } from '../../../web/core/filters/filter.js';
import { isLike } from '../../../web/core/liveRows/compare/like.js';
import { matches } from '../../../web/core/liveRows/compare/matches.js';
import { canonicalDecimal, compareDecimals } from '../../../web/core/liveRows/compare/decimals.js';
import { openLab, type Lab } from '../support/lab.js';
import { randomFrom } from '../support/random.js';

let lab: Lab;

beforeAll(async () => {
  lab = await openLab({ seed: false });
});

afterAll(async () => {
  await lab.close();
});

const COUNT = 4_000;

function pairs(seed: number, left: readonly string[], right: readonly string[], length: number): [string, string][] {
  const random = randomFrom(seed);
  const text = (letters: readonly string[]): string =>
    Array.from({ length: random(length) }, () => letters[random(letters.length)]).join('');
  return Array.from({ length: COUNT }, () => [text(left), text(right)]);
}

async function ask<T>(sql: string, of: readonly [string, string][]): Promise<T[]> {
  const { rows } = await lab.db.query<{ answer: T }>(
    `select ${sql} as answer from unnest($1::text[], $2::text[]) with ordinality as u (a, b, n) order by n`,
    [of.map(([a]) => a), of.map(([, b]) => b)],
  );
  return rows.map(({ answer }) => answer);
}

describe('what is decided here is what PostgreSQL says of random', () => {
  it.each([
    ['like', false],
    ['ilike', true],
  ] as const)('patterns of %s', async (operator, ignoreCase) => {
    const letters = ['a', 'b', 'A', 'i', 'I', 'é', '%', '_', '\\'];
    const all = pairs(7, letters, [...letters, '%', '%', '_', '\\%', '\\_'], 9);
    // A backslash at the end is refused at the call.
    const asked = all.filter(([, pattern]) => !/(?:^|[^\\])(?:\\\\)*\\$/u.test(pattern));
    const answers = await ask<boolean>(`a ${operator} b`, asked);
    const decided = asked.map(([text, pattern]) => isLike(text, pattern, ignoreCase));
    const wrong = asked.filter((_, i) => decided[i] !== null && decided[i] !== answers[i]);
    expect(wrong).toEqual([]);
    expect(decided.filter((verdict) => verdict === true).length).toBeGreaterThan(200);
    expect(decided.filter((verdict) => verdict === false).length).toBeGreaterThan(200);
  });

  it('decimals', async () => {
    const random = randomFrom(3);
    const digits = (count: number): string =>
      Array.from({ length: random(count) }, () => random(10) * random(2)).join('');
    const decimal = (): string => {
      const exponent = random(3) === 0 ? `e${random(9) - 4}` : '';
      return `${['', '-', '+'][random(3)] ?? ''}${digits(4)}${random(10)}.${digits(4)}${exponent}`;
    };
    const all = Array.from({ length: COUNT }, (): [string, string] => [decimal(), decimal()]);
    const answers = await ask<number>('sign(a::numeric - b::numeric)::int4', all);
    expect(all.map(([a, b]) => compareDecimals(a, b))).toEqual(answers);
    const canonical = await ask<string>('(trim_scale(a::numeric))::text', all);
    expect(all.map(([a]) => canonicalDecimal(a))).toEqual(canonical);
    // As JavaScript has the value when it is a number: undecided, or right.
    for (const [i, [a, b]] of all.entries()) {
      const columns = [{ name: 'v', type: 'numeric' }];
      const verdict = matches(parseFilter(`v=lt.${b}`), { v: Number(a) }, columns);
      if (verdict !== null) expect([a, b, verdict]).toEqual([a, b, answers[i] === -1]);
    }
  });

  it('instants', async () => {
    const random = randomFrom(11);
    const two = (below: number): string => String(random(below)).padStart(2, '0');
    const instant = (): string => {
      const time = `0${random(2)}:${two(60)}:${two(2)}${['', `.${random(1_000)}`, '.000001'][random(3)] ?? ''}`;
      const zone = ['Z', '+00', '+01:00', '-0030', '+05:45'][random(5)] ?? '';
      return `2026-01-0${1 + random(2)}${'T '.charAt(random(2))}${time}${zone}`;
    };
    const all = Array.from({ length: COUNT }, (): [string, string] => [instant(), instant()]);
    const answers = await ask<string>(
      `case when a::timestamptz < b::timestamptz then '<' when a::timestamptz = b::timestamptz then '=' else '>' end`,
      all,
    );
    const columns = [{ name: 'v', type: 'timestamptz' }];
    const decided = all.map(([a, b]) => {
      const [less, equal] = ['lt', 'eq'].map((operator) =>
        matches(parseFilter(`v=${operator}.${b}`), { v: a }, columns),
      );
      return less === true ? '<' : equal === true ? '=' : '>';
    });
    expect(decided).toEqual(answers);
    expect(new Set(answers).size).toBe(3);
  });
});
