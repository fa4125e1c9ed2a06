import { afterAll, describe, expect, it } from 'vitest';
import { compile, readExamples, removeExamples, writeExample } from './examples.js';
import { surroundings } from './surroundings.js';

afterAll(removeExamples);

describe('the examples of the README', () => {
  const examples = readExamples();

  it('each have a name, and surroundings in which they are run', () => {
    expect(examples.map(({ name }) => name).toSorted()).toEqual(Object.keys(surroundings).toSorted());
  });

  it('compile as they stand', { timeout: 120_000 }, () => {
    const paths = examples.map((example) => writeExample(example, surroundings[example.name] ?? {}));
    expect(compile(paths)).toEqual([]);
  });
});
