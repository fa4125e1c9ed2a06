import { runCtest } from './ctest.mjs';
import { runVitest } from './vitest.mjs';

/**
 * @typedef {object} SuiteContext
 * @property {import('../lib/progress.mjs').Progress} progress
 * @property {boolean} verbose
 * @property {string} logFile gets what the suite prints
 * @property {string} reportFile for a machine-readable report
 * @property {Record<string, string>} env added to the environment of its processes
 */

/** @type {Readonly<Record<string, (context: SuiteContext) => Promise<import('./ctest.mjs').Counts>>>} */
export const suites = {
  native: (context) => runCtest('native', context),
  'native-asan': (context) => runCtest('native-asan', context),
  layering: (context) => runVitest(['layering'], context),
  sim: (context) => runCtest('sim', context),
  node: (context) => runVitest(['node', 'react18', 'port', 'tabs', 'drop-in'], context),
  browser: (context) => runVitest(['browser'], context),
};

/** What runs when none is named: `native` has the same tests as `native-asan`, and shows nothing beyond it. */
export const usual = Object.keys(suites).filter((name) => name !== 'native');
