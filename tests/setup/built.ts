import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { findChromium } from '../../web/tools/setup/systemPackages.mjs';

const forNode = [
  'web/dist/wasm/switchboard.wasm',
  'web/dist/wasm/switchboard-numbered.wasm',
  'web/dist/wasm/switchboard.js',
  'web/dist/core/index.js',
  'web/backend/dist/main.js',
  'web/realtime-js/dist/index.js',
];
const forBrowser = [...forNode, 'web/dashboard/dist/index.html'];

/**
 * What the tests of a project run on and that is not there, each with how it comes about.
 *
 * @param has whether a file below the root is there
 */
export function missing(project: string, has: (path: string) => boolean, chromium: string | undefined): string[] {
  const files = (project === 'browser' ? forBrowser : forNode).filter((path) => !has(path));
  const browser = project === 'browser' && chromium === undefined ? ['Chromium, on PATH or named by CHROMIUM'] : [];
  return [...files, ...browser];
}

/** Before the first test of a project: says at once, and in one place, what is not built. */
export default function setup({ name }: TestProject): void {
  const root = new URL('../../', import.meta.url);
  const found = missing(name, (path) => existsSync(fileURLToPath(new URL(path, root))), findChromium());
  if (found.length === 0) return;
  const suite = name === 'browser' ? 'browser' : 'node';
  throw new Error(
    `the tests of "${name}" need what is not there: ${found.join('; ')}. \`npm run test:realtime -- ${suite}\` builds all of it and runs them`,
  );
}
