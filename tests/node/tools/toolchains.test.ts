import { describe, expect, it } from 'vitest';
import { hindrances, mirrorIn } from '../../../web/tools/toolchains/means.mjs';
import { built } from '../../../web/tools/toolchains/tree.mjs';
import { missing } from '../../setup/built.js';

const able = { platform: 'linux', uid: 0, freeBytes: 20e9, mayUnshare: true };

describe('Debian roots', () => {
  it('are made by root on Linux with room on the disk', () => {
    expect(hindrances(able, 3)).toEqual([]);
    expect(hindrances({ ...able, freeBytes: 0 }, 0)).toEqual([]);
  });

  it.each([
    [{ platform: 'darwin' }, /needs Linux/],
    [{ uid: 1000 }, /need root/],
    [{ mayUnshare: false }, /mount namespaces/],
    [{ freeBytes: 1.25e9 }, /2 Debian roots take up to 6 GB, and 1\.3 GB are free/],
  ])('are refused for a reason where they can not be made: %o', (less, reason) => {
    const found = hindrances({ ...able, ...less }, 2);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(reason);
  });

  it("come from the mirror of Debian itself that this machine's apt uses", () => {
    const listed = [
      'Other Other http://other.invalid/debian/',
      'Debian Debian-Security http://mirror.invalid/debian-security/',
      'Debian Debian http://mirror.invalid/debian/',
      'Debian Debian http://second.invalid/debian/',
    ];
    expect(mirrorIn(listed.join('\n'))).toBe('http://mirror.invalid/debian/');
    expect(mirrorIn('Ubuntu Ubuntu http://other.invalid/ubuntu/')).toBeUndefined();
  });
});

describe("a toolchain's tree", () => {
  it('gets what the Node tests need, but for the module, which it builds itself', () => {
    const isThere = (path: string) => built.some((folder) => path.startsWith(`${folder}/`));
    expect(missing('node', isThere, undefined)).toEqual([]);
  });
});
