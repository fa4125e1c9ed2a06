import { execFileSync } from 'node:child_process';
import { statfsSync } from 'node:fs';
import { StepError } from '../lib/errors.mjs';
import { findExecutable, root } from '../lib/paths.mjs';

/** What a Debian root with Emscripten takes at most: of Debian 13's 2.5 GB the larger part are libraries that Emscripten has built already. */
const bytesFor = 3e9;

/**
 * What keeps Debian roots from being made here, in words; empty: nothing.
 *
 * @param {{ platform: string, uid: number | undefined, freeBytes: number, mayUnshare: boolean }} machine
 * @param {number} roots how many are to be made
 * @returns {string[]}
 */
export function hindrances({ platform, uid, freeBytes, mayUnshare }, roots) {
  const bytes = roots * bytesFor;
  if (platform !== 'linux') return ['a Debian root needs Linux'];
  if (uid !== 0) return ['debootstrap and chroot need root: run it with sudo, or as root in a container'];
  return [
    ...(mayUnshare
      ? []
      : [
          'this container may not make mount namespaces (unshare --mount): allow it, such as with docker run --privileged',
        ]),
    ...(freeBytes >= bytes
      ? []
      : [`${roots} Debian roots take up to ${bytes / 1e9} GB, and ${(freeBytes / 1e9).toFixed(1)} GB are free`]),
  ];
}

/**
 * @param {number} roots how many are to be made
 * @throws StepError when they can't be made here.
 */
export function requireMeans(roots) {
  const { bavail, bsize } = statfsSync(root);
  const machine = { platform: process.platform, uid: process.getuid?.(), freeBytes: bavail * bsize };
  const found = hindrances({ ...machine, mayUnshare: succeeds('unshare', ['--mount', 'true']) }, roots);
  if (found.length > 0) throw new StepError(found.join('\n'));
}

/**
 * The mirror to get Debian from: DEBIAN_MIRROR, else the one that this machine's apt takes Debian's packages from.
 *
 * @throws StepError when neither names one.
 */
export function debianMirror() {
  const named = process.env['DEBIAN_MIRROR'];
  if (named !== undefined && named !== '') return named;
  const apt = findExecutable('apt-get');
  const listed =
    apt === undefined ? '' : execFileSync(apt, ['indextargets', '--format', '$(ORIGIN) $(LABEL) $(REPO_URI)']);
  const mirror = mirrorIn(listed.toString());
  if (mirror === undefined)
    throw new StepError(
      'apt is not configured with a mirror of Debian, or has no lists yet (apt-get update): name one in DEBIAN_MIRROR',
    );
  return mirror;
}

/**
 * @param {string} listed lines of origin, label and address
 */
export function mirrorIn(listed) {
  return /^Debian Debian (\S+)$/m.exec(listed)?.[1];
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 */
function succeeds(command, args) {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
