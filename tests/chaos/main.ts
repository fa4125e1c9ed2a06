// npm run test:chaos -- [options]: see web/tools/chaos.mjs.
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { faultKinds, type FaultKind } from './faults/plan.js';
import { longRun } from './profiles.js';
import { describeReport, progressLine, total } from './report.js';
import { runChaos } from './run.js';
import { Timeline } from './world/timeline.js';

/** So many lines at the end of the time line hold what led to a failure. */
const PRINTED = 60;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string' },
    reference: { type: 'boolean', default: false },
    'changes-only': { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    verbose: { type: 'boolean', default: false },
  },
});
const minutes = Number(values.minutes);
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
const only = values.only
  .split(',')
  .map((name) => name.trim())
  .filter((name) => name !== '');

function usageError(message: string): never {
  process.stderr.write(`error: ${message}\n`);
  process.exit(2);
}

if (!(minutes > 0)) usageError('--minutes takes a number above 0');
if (!Number.isInteger(seed)) usageError('--seed takes a whole number');
if (!only.every((name) => faultKinds.some((kind) => kind === name))) {
  usageError(`--only takes some of these faults, separated by commas: ${faultKinds.join(', ')}`);
}

// The reference client says on every import that Node 20 is old.
console.warn = () => undefined;

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const begun = performance.now();
const secondsGone = (): number => (performance.now() - begun) / 1_000;
const timeline = new Timeline(40_000, values.verbose ? print : null);
print(`seed ${seed}, ${minutes} minutes`);

const report = await runChaos({
  ...longRun,
  seed,
  only: only as FaultKind[],
  reference: values.reference,
  changesOnly: values['changes-only'],
  timeline,
  goOn: () => secondsGone() < minutes * 60,
  progress: (soFar) => {
    print(progressLine(soFar, secondsGone()));
  },
});
print(describeReport(report));
if (report.problems.length > 0) {
  mkdirSync('test-output', { recursive: true });
  const file = `test-output/chaos-${seed}.log`;
  writeFileSync(file, `${[...timeline.lines, describeReport(report)].join('\n')}\n`);
  print(`\n${report.problems.length} problems; the end of the time line, all of which is in ${file}:`);
  for (const line of timeline.lines.slice(-PRINTED)) print(line.slice(0, 300));
  print(`\nFAILED. Again: npm run test:chaos -- --minutes ${minutes} --seed ${seed}`);
  process.exit(1);
}
print(`held: ${total(report.faults)} faults in ${secondsGone().toFixed(0)} s`);
process.exit(0);
