import { afterAll, describe, expect, it } from 'vitest';
import { compile, documents, readExamples, removeExamples, writeExample } from './examples.js';
import { surroundings } from './surroundings.js';

afterAll(removeExamples);

const examples = documents().flatMap(readExamples);

describe('the examples of the documents', () => {
  it('each have a name of their own, and surroundings in which they run', () => {
    expect(examples.map(({ name }) => name).toSorted()).toEqual(Object.keys(surroundings).toSorted());
  });

  it('are in documents whose examples are run by a test beside this one', () => {
    const pages = documents().filter((page) => readExamples(page).length > 0);
    expect(pages.toSorted()).toEqual(['README.md', 'docs/guide.md', 'docs/writing.md']);
  });

  it('compile as they are', { timeout: 180_000 }, () => {
    const paths = examples.map((example) => ({
      path: writeExample(example, surroundings[example.name] ?? {}),
      alone: surroundings[example.name]?.alone === true,
    }));
    const together = paths.filter(({ alone }) => !alone).map(({ path }) => path);
    const programs = [together, ...paths.filter(({ alone }) => alone).map(({ path }) => [path])];
    expect(programs.flatMap(compile)).toEqual([]);
  });
});
