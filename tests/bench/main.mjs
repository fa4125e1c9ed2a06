// @ts-check
// The benchmark proper; `npm run bench` sets up what it needs and then runs this. See --help there.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Progress } from '../../web/tools/lib/progress.mjs';
import { findChromium } from '../../web/tools/setup/systemPackages.mjs';
import { BenchError } from './feed/ledger.mjs';
import { QUICK, THOROUGH } from './measure/run.mjs';
import { nodeRunner } from './node/nodeRunner.mjs';
import { plot } from './report/svg.mjs';
import { table } from './report/table.mjs';
import { judge } from './report/verdict.mjs';
import { bundleBoth, measure } from './runner.mjs';
import { scenarios } from './scenarios.mjs';

/** @typedef {import('./report/verdict.mjs').Line} Line */

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    only: { type: 'string', default: '' },
    quick: { type: 'boolean', default: false },
    browser: { type: 'boolean', default: false },
  },
});
const pattern = new RegExp(values.only, 'iu');
const chosen = scenarios.filter(
  ({ name, browserOnly = false }) => pattern.test(name) && (values.browser || !browserOnly),
);
const effort = values.quick ? QUICK : THOROUGH;
const scratch = fileURLToPath(new URL(`../../.switchboard/bench/${process.pid}`, import.meta.url));
const progress = new Progress();

function machine() {
  const [first] = cpus();
  return `${cpus().length} cores of ${first?.model.trim() ?? 'unknown make'}, ${process.platform}`;
}

/** @param {readonly Line[]} lines @param {string} where @param {string} folder */
function write(lines, where, folder) {
  mkdirSync(folder, { recursive: true });
  const list = lines.map(({ scenario, unit, switchboard, reference, ratio, limit }) => ({
    scenario,
    unit,
    switchboard,
    reference,
    ratio,
    ...(limit !== undefined && { limit }),
  }));
  writeFileSync(`${folder}/bench.json`, `${JSON.stringify(list, null, 2)}\n`);
  writeFileSync(`${folder}/bench.svg`, plot(lines, { where, machine: machine() }));
  progress.note(`written: ${folder}/bench.json, ${folder}/bench.svg`);
}

async function main() {
  if (chosen.length === 0) throw new BenchError(`no scenario is called like ${JSON.stringify(values.only)}`);
  const bundles = await progress.step('bundle both clients', () => bundleBoth(scratch));
  const chromium = findChromium();
  if (values.browser && chromium === undefined)
    throw new BenchError('there is no Chromium on PATH, and CHROMIUM does not name one');
  const runner =
    values.browser && chromium !== undefined
      ? await progress.step('open the browser', async () => {
          const { openBrowser } = await import('./browser/browserRunner.mjs');
          return openBrowser(chromium, scratch);
        })
      : nodeRunner;
  /** @type {Line[]} */
  const lines = [];
  try {
    for (const scenario of chosen) {
      const measured = await progress.step(scenario.name, () => measure(runner, scenario, effort, bundles));
      lines.push(...measured.map((one) => judge(one, values.quick ? {} : scenario)));
    }
  } finally {
    await runner.close();
  }
  const note = values.quick ? ' A quick run: it checks payloads, its figures mean nothing.' : '';
  process.stdout.write(`${runner.where}, ${machine()}.${note}\n\n${table(lines)}\n`);
  if (values.out !== undefined) write(lines, runner.where, values.out);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof BenchError)) throw error;
  process.stderr.write(`error: ${error.message}\n`);
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
