import { readRecording, type Recording } from '../../recording/index.js';
import type { InspectedManager } from '../model/source.js';
import { lanesOf, type Lane } from './lanes.js';

/** A recording is taken so often while somebody looks. */
export const POLL_MS = 500;

export interface RecordingView {
  readonly recording: Recording;
  readonly lanes: readonly Lane[];
  /** By the monotonic clock of the page: when it was taken. */
  readonly takenAt: number;
}

/** The time in ms since the core began; where time stands still, when the recording was taken. */
export function nowOf({ recording, takenAt }: RecordingView, isMoving: boolean): number {
  return recording.takenAtMs + (isMoving ? performance.now() - takenAt : 0);
}

/** Hears of each recording, and why the newest could not be taken or read. Null: none has been; it could. */
type Listener = (view: RecordingView | null, problem: string | null) => void;

/** Takes one recording after the other while a timeline is open. */
export class LiveRecording {
  readonly #record: () => Promise<Uint8Array>;
  readonly #changed: Listener;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #isStopped = false;
  #view: RecordingView | null = null;

  constructor(record: () => Promise<Uint8Array>, changed: Listener) {
    this.#record = record;
    this.#changed = changed;
    void this.#run();
  }

  stop(): void {
    this.#isStopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  async #run(): Promise<void> {
    let problem: string | null = null;
    try {
      const recording = readRecording(await this.#record());
      this.#view = { recording, lanes: lanesOf(recording), takenAt: performance.now() };
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
    if (this.#isStopped) return;
    this.#changed(this.#view, problem);
    this.#timer = setTimeout(() => void this.#run(), POLL_MS);
  }
}

/** Null: the manager has no recorder. */
export function liveRecording(manager: InspectedManager | null, changed: Listener): LiveRecording | null {
  if (manager?.record === undefined) return null;
  return new LiveRecording(() => manager.record?.() ?? Promise.reject(new Error('There is no recorder.')), changed);
}
