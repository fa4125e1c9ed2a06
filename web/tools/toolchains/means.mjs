import { execFileSync } from 'node:child_process';
import { statfsSync } from 'node:fs';
import { StepError } from '../lib/errors.mjs';
import { findExecutable, root } from '../lib/paths.mjs';

/** What a Debian root with Emscripten takes at most: of trixie's 2.5 GB the larger part are libraries that Emscripten has built already. */
const bytesFor = 3e9;

/**
 * What keeps Debian roots from being made here, in words; empty: nothing.
 *
 * @param {{ platform: string, uid: number | undefined, freeBytes: number, mayUnshare: boolean }} machine
 * @returns {string[]}
 */
export function hindrances({ platform, uid, freeBytes, mayUnshare }) {
  if (platform !== 'linux') return ['a Debian root needs Linux'];
  if (uid !== 0) return ['debootstrap and chroot need root: run it with sudo, or as root in a container'];
  return [
    ...(mayUnshare
      ? []
      : [
          'this container may not make mount namespaces (unshare --mount): allow it, such as with docker run --privileged',
        ]),
    ...(freeBytes >= bytesFor
      ? []
      : [`a Debian root takes up to ${bytesFor / 1e9} GB, and ${(freeBytes / 1e9).toFixed(1)} GB are free`]),
  ];
}

/** @throws StepError when Debian roots can't be made here. */
export function requireMeans() {
  const { bavail, bsize } = statfsSync(root);
  const found = hindrances({
    platform: process.platform,
    uid: process.getuid?.(),
    freeBytes: bavail * bsize,
    mayUnshare: succeeds('unshare', ['--mount', 'true']),
  });
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
