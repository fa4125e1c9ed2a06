import { open, writeFile } from 'node:fs/promises';
import { SwitchboardError } from '../../core/index.js';
import type { Manager } from '../../core/manager/manager.js';

/** Writes the manager's recording. What goes wrong is logged. */
export type WriteRecording = (manager: Manager, log: (message: string) => void) => Promise<void>;

/**
 * Looks whether the file can be written before anything is recorded.
 *
 * @throws SwitchboardError when it can't be.
 */
export async function openRecording(file: string): Promise<WriteRecording> {
  try {
    await (await open(file, 'a')).close();
  } catch (error) {
    throw new SwitchboardError('INVALID_OPTION', 'record', `${file} can't be written: ${reasonOf(error)}.`, error);
  }
  return async (manager, log) => {
    try {
      await writeFile(file, await manager.record());
    } catch (error) {
      log(`switchboard-realtime: the recording could not be written to ${file}: ${reasonOf(error)}`);
    }
  };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/\.$/u, '') : String(error);
}
