import { existsSync, mkdirSync } from 'node:fs';
import { StepError, UsageError } from './lib/errors.mjs';
import { main, parseArguments } from './lib/main.mjs';
import { fromRoot } from './lib/paths.mjs';
import { Progress } from './lib/progress.mjs';
import { scratchFolder } from './lib/scratch.mjs';
import { compileTypeScript, testedProjects } from './setup/builds.mjs';
import { provideNpmPackages } from './setup/npmPackages.mjs';
import { provideSystemPackages } from './setup/systemPackages.mjs';
import { runVitest } from './suites/vitest.mjs';
import { buildModule, emscriptenVersion, provideRoot, rootOf } from './toolchains/debianRoot.mjs';
import { debianMirror, requireMeans } from './toolchains/means.mjs';
import { layTree, shippedSizes } from './toolchains/tree.mjs';

/** @typedef {import('./suites/ctest.mjs').Counts} Counts */

/** Debian's suites, each with its own Emscripten. `testing` has the newest that Debian has settled on. */
const known = ['bookworm', 'trixie', 'testing'];

/** Hold what no other toolchain than Debian 12's gives, or nothing of the module. */
const leftOut = [
  'package/{bench,declarations,installed,size,types}',
  '{backend,dashboard,docs,numbered,tools,track,writing}/*',
  'cli/doctor',
];

const usage = `npm run test:toolchains -- [${known.join(' | ')}…] [--fresh] [--verbose]

Builds the module with the Emscripten of each of these Debian suites (all when none is named) and runs the Node tests of the built module on
it. Each toolchain is in a minimal Debian of its own below .switchboard/toolchains, which debootstrap makes from the mirror that apt is
configured with; it is kept for the next run. Needs Linux, root, and about 2.5 GB and 3 minutes for each suite the first time.

  --fresh     makes the Debian roots again, with the newest packages
  --verbose   shows what the steps print
  --help      shows this

DEBIAN_MIRROR names another mirror.`;

/**
 * @param {string} suite
 * @param {{ mirror: string, fresh: boolean, progress: Progress, verbose: boolean, env: Record<string, string> }} context
 */
async function tryToolchain(suite, { mirror, fresh, progress, verbose, env }) {
  const folder = await provideRoot(suite, { mirror, fresh, progress, verbose });
  const version = await emscriptenVersion(folder);
  const tree = await progress.step(`${suite}: copy the sources`, () => layTree(folder));
  await progress.step(`${suite}: build the module with Emscripten ${version}`, () => buildModule(folder, { verbose }));
  const files = { logFile: fromRoot(`test-output/${suite}.log`), reportFile: fromRoot(`test-output/${suite}.json`) };
  const exclude = leftOut.map((name) => `tests/node/${name}.test.{ts,tsx}`);
  const counts = await runVitest(['node'], { progress, verbose, env, ...files }, { cwd: tree, exclude });
  return { version, counts, sizes: shippedSizes(tree) };
}

await main(async (cleanUps) => {
  const { values, positionals } = parseArguments(
    {
      allowPositionals: true,
      options: {
        fresh: { type: 'boolean', default: false },
        verbose: { type: 'boolean', default: false },
        help: { type: 'boolean' },
      },
    },
    usage,
  );
  if (values.help === true) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const unknown = positionals.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new UsageError(`no toolchain is called ${JSON.stringify(unknown)}\n\n${usage}`);
  const { fresh, verbose } = values;
  const progress = new Progress();
  const suites = positionals.length > 0 ? positionals : known;
  requireMeans(suites.filter((suite) => fresh || !existsSync(rootOf(suite))).length);
  await provideSystemPackages('toolchains', progress, { verbose });
  const mirror = debianMirror();
  await provideNpmPackages(progress, verbose);
  await compileTypeScript(testedProjects, progress, verbose);
  mkdirSync(fromRoot('test-output'), { recursive: true });
  const env = scratchFolder(cleanUps);

  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const suite of suites) {
    try {
      const { version, counts, sizes } = await tryToolchain(suite, { mirror, fresh, progress, verbose, env });
      process.stdout.write(
        `${suite}: Emscripten ${version}, ${counts.passed} passed, ${counts.failed} failed; ${sizes}\n`,
      );
      total.passed += counts.passed;
      total.failed += counts.failed;
      total.skipped += counts.skipped;
    } catch (error) {
      if (!(error instanceof StepError)) throw error;
      process.stderr.write(`error: ${suite}: ${error.message}\n`);
      total.failed += 1;
    }
  }
  process.stdout.write(
    `${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}\n`,
  );
  return total.failed === 0 ? 0 : 1;
});
