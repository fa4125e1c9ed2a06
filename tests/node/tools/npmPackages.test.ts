import { describe, expect, it } from 'vitest';
import { Progress } from '../../../web/tools/lib/progress.mjs';
import { matches, provideNpmPackages } from '../../../web/tools/setup/npmPackages.mjs';

const a = { version: '1.0.0', integrity: 'sha512-a' };
const lock = { packages: { '': { version: '0.1.0' }, web: { version: '0.1.0' }, 'node_modules/a': a } };

describe('whether npm ci is needed', () => {
  it('is not when every pinned package is recorded as installed', () => {
    expect(matches(lock, { packages: { 'node_modules/a': a } })).toBe(true);
  });

  it('is refused where nothing may be installed, with what to do', async () => {
    const refused = provideNpmPackages(new Progress(), false, false, false);
    await expect(refused).rejects.toThrow(/package-lock\.json pins.*\n {2}npm ci$/);
  });

  it('is when a package is missing', () => {
    expect(matches(lock, { packages: {} })).toBe(false);
  });

  it('is when another version is installed', () => {
    expect(matches(lock, { packages: { 'node_modules/a': { ...a, version: '1.0.1' } } })).toBe(false);
  });

  it('is when the same version has other contents', () => {
    expect(matches(lock, { packages: { 'node_modules/a': { ...a, integrity: 'sha512-b' } } })).toBe(false);
  });

  it('is not for an optional package of another platform', () => {
    const optional = { packages: { ...lock.packages, 'node_modules/b': { version: '2.0.0', optional: true } } };
    expect(matches(optional, { packages: { 'node_modules/a': a } })).toBe(true);
  });

  it('is when a command of our own is not linked', () => {
    const named = {
      packages: { ...lock.packages, web: { version: '0.1.0', bin: { short: 'bin/a.js', long: 'bin/a.js' } } },
    };
    const linked = (bin: Record<string, string>): Parameters<typeof matches>[1] => ({
      packages: { web: { version: '0.1.0', bin }, 'node_modules/a': a },
    });
    expect(matches(named, linked({ short: 'bin/a.js' }))).toBe(false);
    expect(matches(named, linked({ short: 'bin/a.js', long: 'bin/a.js' }))).toBe(true);
  });
});
