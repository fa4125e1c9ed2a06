import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isFor } from '../../../web/tools/setup/builds.mjs';

describe('a build folder', () => {
  const cache = (home: string): string =>
    `CMAKE_GENERATOR:INTERNAL=Ninja\nCMAKE_HOME_DIRECTORY:INTERNAL=${home}\nOTHER:PATH=/home/a\n`;

  it('is that of the checkout that it was configured for', () => {
    expect(isFor('/home/a', cache('/home/a'))).toBe(true);
  });

  it.each(['/home/ab', '/home', '/elsewhere'])('is not that of %s, to which it was copied', (checkout) => {
    expect(isFor(checkout, cache('/home/a'))).toBe(false);
  });

  it('is that of the checkout when CMake saw it under the name of a link', () => {
    const folder = mkdtempSync(join(tmpdir(), 'switchboard-builds-'));
    onTestFinished(() => {
      rmSync(folder, { recursive: true });
    });
    const [checkout, link] = [join(folder, 'checkout'), join(folder, 'link')];
    mkdirSync(checkout);
    symlinkSync(checkout, link);
    expect(isFor(checkout, cache(link))).toBe(true);
  });

  it('that CMake has not finished is nobody’s', () => {
    expect(isFor('/home/a', '')).toBe(false);
  });
});
