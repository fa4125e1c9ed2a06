import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { TABS_PROTOCOL } from '../../../web/core/tabs/wire/messages.js';
import { shapesOf } from '../support/typeShape.js';

/**
 * What tabs and hubs say to each other in each version, since tabs of two deployments may meet. A change needs a new version in
 * web/core/tabs/wire/messages.ts, and a line here. No line is ever changed.
 */
const SHAPES: Readonly<Record<string, string>> = {
  '0.1.0-3': 'c9853a8f62852b986d9d7ae98c1ee2bd143aa10e1dead60943aa39730d2d86b0',
  '0.1.0-4': '7e1bff1d797e7dc9cc1d7e45618a1b05758c09d2c2de8c0f81e91d66abe10c27',
  '0.1.0-5': '6509d4b088c748952f7de0afada42fb59c14aa740477abb0cf22000bdff51acc',
  '0.1.0-6': 'd3d818b65124f873d7a4212afcf14230f3315c5e4e9fd816fba1eb2e666ac0a8',
};

const fromRoot = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

const shapes = shapesOf(fromRoot('web/core/tabs/wire/messages.ts'), ['ToHub', 'FromHub']);

describe('the version of what tabs and hubs say', () => {
  it('changes with their messages, commands and batches', () => {
    expect(createHash('sha256').update(shapes).digest('hex')).toBe(SHAPES[TABS_PROTOCOL]);
  });

  it('is that of the package and a number', () => {
    const { version } = JSON.parse(readFileSync(fromRoot('web/package.json'), 'utf8')) as { version: string };
    expect(TABS_PROTOCOL.replace(/-\d+$/u, '')).toBe(version);
  });

  it('covers every command, what a core brings, and the options that it is opened with', () => {
    for (const part of [
      'openChannel',
      'everyMs',
      'rpcAnswer',
      'columnLists',
      'presenceKey',
      'fromCommit',
      'tokenCallback',
      'logLevel',
    ]) {
      expect(shapes).toContain(part);
    }
    expect(shapes).toMatch(/kind: "push"/u);
  });
});
