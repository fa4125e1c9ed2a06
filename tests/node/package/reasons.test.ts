import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { REASON_CODES } from '../../../web/core/api/reasons.js';
import { TUNING_RANGES } from '../../../web/core/api/tuning.js';

function source(path: string): string {
  return readFileSync(new URL(`../../../src/${path}`, import.meta.url), 'utf8');
}

it('the reason codes are those of the core, and one for a core that is missing', () => {
  const inCore = [...source('base/error.cpp').matchAll(/\{ReasonCode::\w+, "([A-Z_]+)"\}/gu)].map((match) => match[1]);
  expect(new Set(REASON_CODES)).toEqual(new Set([...inCore, 'LOAD_FAILED']));
});

it('every tuning option is read by the core', () => {
  const read = new Set([...source('boundary/options_json.cpp').matchAll(/"(\w+)"/gu)].map((match) => match[1]));
  expect(Object.keys(TUNING_RANGES).filter((name) => !read.has(name))).toEqual([]);
});
