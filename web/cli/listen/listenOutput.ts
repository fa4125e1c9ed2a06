import type { TextOutput } from '../output.js';
import type { OutputLine } from './outputLines.js';

/** Where `listen` writes. */
export interface ListenOutput {
  line(line: OutputLine): void;
  /** For people; never a token or key. */
  log(message: string): void;
  /** Where the lines go. */
  readonly stdout: TextOutput;
}
