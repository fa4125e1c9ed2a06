import { expect, it } from 'vitest';
import { checkToken } from '../../../web/cli/doctor/checks/endpointChecks.js';
import { keyProblem } from '../../../web/cli/keyShape.js';

const NOW = 1_800_000_000;

function jwt(claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'HS256' })}.${part(claims)}.signature`;
}

it.each([
  ['a publishable key', 'sb_publishable_abc'],
  ['a secret key', 'sb_secret_abc'],
  ['a JWT', jwt({ role: 'anon', exp: NOW + 60 })],
  ['a JWT that never expires', jwt({ role: 'anon' })],
])('%s may be an api key', (_what, key) => {
  expect(keyProblem(key, NOW)).toBeNull();
});

it.each([
  ['a placeholder', '<your-anon-key>', /is neither a JWT/],
  ['a key of another kind', 'sb_other_abc', /is neither a JWT/],
  ['half a JWT', jwt({ role: 'anon' }).split('.').slice(0, 2).join('.'), /is neither a JWT/],
  ['a JWT of no claims', 'a.bnVsbA.c', /is neither a JWT/],
  ['a key that was pasted in two lines', `${jwt({ role: 'anon' })}\nx`, /has blanks or line breaks/],
  ['an expired JWT', jwt({ role: 'anon', exp: NOW - 60 }), /^has expired \(2027-01-15T07:59:00.000Z\)/],
])('%s is none, and is not repeated', (_what, key, words) => {
  const problem = keyProblem(key, NOW);
  expect(problem).toMatch(words);
  expect(problem).not.toContain(key);
});

it('doctor reports it too, and says which key may be right all the same', () => {
  expect(checkToken('api key', 'sb_publishable_abc', NOW)).toEqual([]);
  expect(checkToken('api key', 'my-key', NOW)).toEqual([
    {
      ...{ severity: 'warning', check: 'apikey', subject: 'api key', sql: [] },
      message: expect.stringContaining('is neither a JWT') as string,
      why: 'Supabase refuses it; a gateway of your own may take it.',
    },
  ]);
});
