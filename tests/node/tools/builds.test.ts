import { describe, expect, it } from 'vitest';
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

  it('that CMake has not finished is nobody’s', () => {
    expect(isFor('/home/a', '')).toBe(false);
  });
});
