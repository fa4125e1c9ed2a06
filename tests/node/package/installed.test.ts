import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

interface Manifest {
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}

const lock = JSON.parse(
  readFileSync(fileURLToPath(new URL('../../../package-lock.json', import.meta.url)), 'utf8'),
) as {
  packages: Record<string, Manifest>;
};

/** What npm installs with a package, by name: its dependencies, the peers that it insists on, and theirs. */
function installedWith(path: string, known = new Set<string>()): Set<string> {
  const { dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = lock.packages[path] ?? {};
  const peers = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true);
  for (const name of [...Object.keys(dependencies), ...peers]) {
    if (known.has(name)) continue;
    known.add(name);
    installedWith(`node_modules/${name}`, known);
  }
  return known;
}

describe('what is published', () => {
  const packing = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: fileURLToPath(new URL('../../../web', import.meta.url)),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [{ files }] = JSON.parse(packing) as [{ files: { path: string }[] }];
  const paths = files.map(({ path }) => path);

  it('has the module, the declarations and the sources that they refer to', () => {
    const modules = ['dist/wasm/switchboard.wasm', 'dist/wasm/switchboard-numbered.wasm', 'dist/tabs/worker.js'];
    for (const path of [...modules, 'dist/core/index.d.ts', 'core/index.ts']) {
      expect(paths).toContain(path);
    }
  });

  it('has no record of the compiler, which is of use to this checkout only', () => {
    expect(paths.filter((path) => path.endsWith('.tsbuildinfo'))).toEqual([]);
  });
});

describe('an install of the package alone', () => {
  it('brings what the manager, the command line and the inspector need, and no React', () => {
    expect([...installedWith('web')].sort()).toEqual(['commander', 'lossless-json', 'preact', 'ws']);
  });

  it('would be seen to bring React with a dependency that asks for it', () => {
    expect([...installedWith('node_modules/@floating-ui/react')]).toContain('react-dom');
  });
});
