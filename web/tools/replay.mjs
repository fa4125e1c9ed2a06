import { once } from 'node:events';
import { copyFileSync, mkdirSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { UsageError } from './lib/errors.mjs';
import { main, parseArguments } from './lib/main.mjs';
import { fromRoot } from './lib/paths.mjs';
import { launch } from './lib/processes.mjs';
import { Progress } from './lib/progress.mjs';
import { buildTarget } from './setup/builds.mjs';

const usage = `npm run replay -- FILE [options]

Plays a recording with frames through the native core in virtual time, and compares all that the core decides with what was
recorded. Prints the entries as text, and the state of everything at the end or at the first difference. Exits with 1 at a
difference, and with 2 when the recording can only be shown, or not be read.

  --until MS   stops after the entries of this time, in ms since the core began
  --step       waits for Enter before each input, and prints the state after it
  --json       one JSON object for each entry, then one for the outcome
  --test NAME  makes the recording a test of the suite native: puts it into tests/fixtures/recordings. It contains what was
               recorded: rows, topics, names
  --help       shows this`;

/** Larger files are no tests, and the program would hold each of them several times. */
const MOST_BYTES = { test: 60_000, replay: 256 * 1_048_576 };

const flag = /** @type {const} */ ({ type: 'boolean' });
const text = /** @type {const} */ ({ type: 'string' });

await main(async () => {
  const { values, positionals } = parseArguments(
    {
      options: { until: text, step: flag, json: flag, test: text, help: flag },
      allowPositionals: true,
    },
    usage,
  );
  if (values.help === true) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const [file] = positionals;
  if (file === undefined || positionals.length > 1) throw new UsageError(`give one recording\n\n${usage}`);
  requireSize(file, MOST_BYTES.replay);
  if (values.until !== undefined && !/^\d+$/u.test(values.until)) throw new UsageError('--until takes a number of ms');
  await buildTarget('native', 'replay', new Progress());
  const options = [
    ...(values.until === undefined ? [] : ['--until', values.until]),
    ...(values.step === true ? ['--step'] : []),
    ...(values.json === true ? ['--json'] : []),
  ];
  const child = launch(fromRoot('build/native/tests/recordings/replay'), [file, ...options], { stdio: 'inherit' });
  await once(child, 'exit');
  const code = child.exitCode ?? 1;
  if (values.test !== undefined && code !== 2) keepAsTest(file, values.test);
  return code;
});

/**
 * @param {string} file
 * @param {number} most
 */
function requireSize(file, most) {
  const { size } = statSync(file, { throwIfNoEntry: false }) ?? {};
  if (size === undefined) throw new UsageError(`there is no file ${file}`);
  if (size > most) throw new UsageError(`${file} has ${size} bytes; at most ${most} can be taken here: record less`);
}

/**
 * @param {string} file
 * @param {string} name
 */
function keepAsTest(file, name) {
  requireSize(file, MOST_BYTES.test);
  mkdirSync(fromRoot('tests/fixtures/recordings'), { recursive: true });
  const to = `tests/fixtures/recordings/${basename(name, '.sbr')}.sbr`;
  copyFileSync(file, fromRoot(to));
  process.stdout.write(`${to} is played by the suite native from now on\n`);
}
