import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { cppFiles } from './lib/cppFiles.mjs';
import { StepError } from './lib/errors.mjs';
import { main, parseArguments, printsHelp } from './lib/main.mjs';
import { fromRoot } from './lib/paths.mjs';
import { run, runChecked, showEnd } from './lib/processes.mjs';
import { Progress } from './lib/progress.mjs';
import { configurePreset } from './setup/builds.mjs';
import { whenChanged } from './setup/fingerprint.mjs';
import { provideNpmPackages } from './setup/npmPackages.mjs';
import { provideSystemPackages } from './setup/systemPackages.mjs';

const usage = `npm run lint -- [--verbose]

Checks types, lint rules and format of TypeScript and C++. Changes nothing.

  --verbose  shows what the set-up's steps print
  --help     shows this`;

/**
 * @param {string} script below node_modules
 * @param {...string} args
 */
function node(script, ...args) {
  return runChecked(process.execPath, [fromRoot('node_modules', script), ...args]);
}

/**
 * clang-tidy on every source file of src that the native build is made of. Skipped when no C++ file changed since it last found nothing.
 */
async function tidy() {
  const inputs = ['.clang-tidy', 'CMakeLists.txt', 'CMakePresets.json', 'src', 'tests/native'].map((path) =>
    fromRoot(path),
  );
  const database = fromRoot('build/lint/compile_commands.json');
  await whenChanged({ name: 'clang-tidy', inputs, product: database }, async () => {
    const entries = /** @type {readonly { file: string }[]} */ (JSON.parse(readFileSync(database, 'utf8')));
    const files = [...new Set(entries.map(({ file }) => file))].filter((file) => file.startsWith(fromRoot('src')));
    const next = files.values();
    /** @type {string[]} */
    const faulty = [];
    const workers = cpus().map(async () => {
      for (const file of next) {
        const { code, output } = await run('clang-tidy', ['-p', fromRoot('build/lint'), '--quiet', file]);
        if (code === 0) continue;
        showEnd(output);
        faulty.push(file);
      }
    });
    await Promise.all(workers);
    if (faulty.length > 0) throw new StepError(`clang-tidy finds fault with ${faulty.join(', ')}`);
  });
}

await main(async () => {
  const { values } = parseArguments(
    { options: { verbose: { type: 'boolean', default: false }, help: { type: 'boolean' } } },
    usage,
  );
  if (printsHelp(usage)) return 0;
  const progress = new Progress();
  await provideSystemPackages('lint', progress, { verbose: values.verbose });
  await provideNpmPackages(progress, values.verbose);
  await configurePreset('lint', progress, values.verbose);

  /** One after the other: each is a single thread, and eslint reads what tsc wrote. @type {readonly [string, () => Promise<unknown>][]} */
  const inTurn = [
    ['types (tsc)', () => node('typescript/bin/tsc', '--build')],
    ['lint rules (eslint)', () => node('eslint/bin/eslint.js', '.', '--max-warnings', '0')],
    ['format (prettier)', () => node('prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.')],
    ['format (clang-format)', () => runChecked('clang-format', ['--dry-run', '-Werror', ...cppFiles()])],
  ];
  /** @type {string[]} */
  const failed = [];
  /**
   * @param {string} title
   * @param {() => Promise<unknown>} check
   */
  const attempt = (title, check) =>
    progress.step(title, check).catch((/** @type {unknown} */ error) => {
      if (!(error instanceof StepError)) throw error;
      failed.push(title);
    });
  // What takes longest goes on beside the others.
  const tidied = attempt('C++ checks (clang-tidy)', tidy);
  for (const [title, check] of inTurn) await attempt(title, check);
  await tidied;
  if (failed.length > 0) throw new StepError(`lint failed: ${failed.join(', ')}`);
  return 0;
});
