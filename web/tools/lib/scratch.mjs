import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A new folder for what child processes keep for a while, removed at the end. Others may enter it: PostgreSQL, started by root,
 * runs as a user of its own.
 *
 * @param {(() => Promise<void> | void)[]} cleanUps
 * @returns {Record<string, string>} the environment that makes child processes use it
 */
export function scratchFolder(cleanUps) {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-'));
  chmodSync(folder, 0o755);
  cleanUps.push(() => {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  return { TMPDIR: folder };
}
