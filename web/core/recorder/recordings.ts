import { disposedError, SwitchboardError } from '../api/errors.js';

interface Waiting {
  readonly resolve: (recording: Uint8Array<ArrayBuffer>) => void;
  readonly reject: (error: SwitchboardError) => void;
}

const OFF = 'The manager records nothing: leave out `recorder: false`.';
const NOTHING_YET =
  'Nothing is recorded yet: the core is not loaded. It is with the first subscription or channel, or after ready().';
const NO_LINE = 'There is nothing to record at the moment: this tab has no line to a core. Try again when it has one.';

/** Asks the engine for recordings. It answers in the order of the requests, or one answer is for all of them. */
export class Recordings {
  readonly #isOn: boolean;
  readonly #ask: () => boolean;
  #waiting: Waiting[] = [];

  /** `ask`: of the engine; false when there is none. */
  constructor(isOn: boolean, ask: () => boolean) {
    this.#isOn = isOn;
    this.#ask = ask;
  }

  /** @throws SwitchboardError NO_RECORDING, DISPOSED */
  take(): Promise<Uint8Array<ArrayBuffer>> {
    if (!this.#isOn) return Promise.reject(noRecording(OFF));
    return new Promise((resolve, reject) => {
      const waiting = { resolve, reject };
      this.#waiting.push(waiting);
      // The answer may come from within.
      if (this.#ask()) return;
      this.#waiting = this.#waiting.filter((other) => other !== waiting);
      reject(noRecording(NOTHING_YET));
    });
  }

  /** The engine's answer; empty: none. */
  taken(recording: Uint8Array<ArrayBuffer>): void {
    for (const { resolve, reject } of this.#waiting.splice(0)) {
      if (recording.length > 0) resolve(recording);
      else reject(noRecording(NO_LINE));
    }
  }

  end(): void {
    for (const { reject } of this.#waiting.splice(0)) reject(disposedError());
  }
}

function noRecording(message: string): SwitchboardError {
  return new SwitchboardError('NO_RECORDING', 'recorder', message);
}
