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

describe('an install of the package alone', () => {
  it('brings what the manager and the command line need, and no React', () => {
    expect([...installedWith('web')].sort()).toEqual(['commander', 'lossless-json', 'ws']);
  });

  it('would be seen to bring React with a dependency that asks for it', () => {
    expect([...installedWith('node_modules/@floating-ui/react')]).toContain('react-dom');
  });
});
