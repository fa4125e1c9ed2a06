import { expect, it } from 'vitest';
import { holdsWords, plainText } from '../../../web/dashboard/src/plainText.js';

it.each([
  ['zoë weber', 'Zoë Weber'],
  ['ZOE  WEBER ', 'Zoë Weber'],
  ['Zoe\u0308 Weber', 'Zoë Weber'],
  ['Zoe\u00a0Weber', 'Zoë\tWeber'],
  ['Soren Kierkegaard', 'Søren Kierkegaard'],
  ['Lukasz', 'Łukasz'],
  ['Strasse', 'STRASSE'],
  ['Grosse', 'Große'],
  ['Aethelred', 'Æthelred'],
  ["O'Hara", 'O’Hara'],
  ['Anne-Marie', 'Anne‑Marie'],
  ['Irem', 'İrem'],
  ['ＡＤＡ', 'Ada'],
])('%j is the same name as %j', (one, other) => {
  expect(plainText(one)).toBe(plainText(other));
});

it.each([
  ['Zoe Weber', 'Zoe Webber'],
  ['Zoe Weber', 'Weber Zoe'],
  ['AnnMarie', 'Ann Marie'],
  ['かな', 'がな'],
  ['कि', 'का'],
])('%j is another name than %j', (one, other) => {
  expect(plainText(one)).not.toBe(plainText(other));
});

it('finds the words of a name in any order', () => {
  expect(holdsWords('Zoë  Weber', ' weber  ZOE')).toBe(true);
  expect(holdsWords('Zoë Weber', 'zoe x')).toBe(false);
});
