import { afterAll, describe, expect, it } from 'vitest';
import { compile, readExamples, removeExamples, writeExample } from './examples.js';
import { surroundings, writingSurroundings } from './surroundings.js';

afterAll(removeExamples);

describe.each([
  ['README.md', surroundings],
  ['docs/writing.md', writingSurroundings],
])('the examples of %s', (page, around) => {
  const examples = readExamples(page);

  it('each have a name, and surroundings in which they are run', () => {
    expect(examples.map(({ name }) => name).toSorted()).toEqual(Object.keys(around).toSorted());
  });

  it('compile as they stand', { timeout: 120_000 }, () => {
    const paths = examples.map((example) => writeExample(example, around[example.name] ?? {}));
    expect(compile(paths)).toEqual([]);
  });
});
