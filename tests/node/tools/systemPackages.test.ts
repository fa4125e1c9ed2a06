import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Progress } from '../../../web/tools/lib/progress.mjs';
import { provideSystemPackages } from '../../../web/tools/setup/systemPackages.mjs';

// An apt-get of our own, which is all that there is on PATH: what it installs are empty programs beside it.
const APT_GET = `#!/bin/sh
folder=$(/usr/bin/dirname "$0")
echo "$*" >> "$folder/log"
case "$*" in
  *--assume-no*) echo 'Need to get 12 MB of archives.'; echo 'After this operation, 34 MB will be used.'; exit 1 ;;
  install*) for name in emcc cmake ninja; do echo > "$folder/$name"; /usr/bin/chmod 755 "$folder/$name"; done ;;
esac
`;

let folder: string;
let notes: string[];
let progress: Progress;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'switchboard-apt-'));
  writeFileSync(join(folder, 'apt-get'), APT_GET);
  writeFileSync(join(folder, 'log'), '');
  chmodSync(join(folder, 'apt-get'), 0o755);
  vi.stubEnv('PATH', folder);
  vi.stubEnv('EMSDK', undefined);
  notes = [];
  progress = new Progress();
  vi.spyOn(progress, 'note').mockImplementation((text) => {
    notes.push(`${text} after ${logged().length} calls`);
  });
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function logged(): string[] {
  return readFileSync(join(folder, 'log'), 'utf8').trim().split('\n').filter(Boolean);
}

// The names are Debian's, and only root may install.
describe.runIf(process.getuid?.() === 0 && existsSync('/etc/debian_version'))('missing system packages', () => {
  it('are named before apt-get is called, and their sizes before it installs them', async () => {
    await provideSystemPackages('start', progress, { verbose: false });
    expect(notes[0]).toMatch(/^Will be installed .* apt-get: emscripten, cmake, ninja-build .* after 0 calls$/u);
    expect(notes.find((note) => note.includes('34 MB'))).toMatch(/12 MB .* 34 MB .* after 2 calls$/u);
    expect(logged().map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
      ...['update --quiet', 'install --assume-no', 'install --yes'],
    ]);
  });

  it('are not installed with --no-install, which says what to do', async () => {
    const asked = provideSystemPackages('start', progress, { verbose: false, install: false });
    await expect(asked).rejects.toThrow(
      /missing: emscripten, cmake, ninja-build\. Install with\n {2}sudo apt-get update && sudo apt-get install/u,
    );
    expect(logged()).toEqual([]);
    expect(notes).toEqual([]);
  });
});
