import type { ReasonCode } from '../../api/reasons.js';
import type { Batch, Command } from '../../engine/engine.js';

/** What comes over a line. */
export interface LineEvents {
  batch(batch: Batch): void;
  /** The line is gone: nothing comes any more. Not after `close`. */
  lost(code: ReasonCode, message: string): void;
}

/** A way to a core, until that is gone or `close` is called. */
export interface Line {
  /** Whether other tabs use the core too. */
  readonly isShared: boolean;
  send(command: Command): void;
  /** There is doubt whether it still works. */
  check(): void;
  close(): void;
}

/** This carrier can't be had; another may be. */
export class CarrierUnavailable extends Error {
  /** `again`: whether another of its kind may be there at once. `known`: it was there; `unknown`: perhaps none ever is; `no`: there is none. */
  constructor(
    message: string,
    readonly again: 'known' | 'unknown' | 'no' = 'no',
  ) {
    super(message);
  }
}
