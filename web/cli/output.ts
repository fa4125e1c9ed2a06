import type { Writable } from 'node:stream';

/**
 * Writes lines to a stream, and notices when the reader has gone (as `| head` does). Pipes and files get each line at once; nothing is
 * buffered here.
 */
export class LineOutput {
  readonly #stream: Writable;
  #closed = false;

  /** `onClosed` runs once, when the reader is gone. */
  constructor(stream: Writable, onClosed: () => void) {
    this.#stream = stream;
    stream.on('error', () => {
      if (this.#closed) return;
      this.#closed = true;
      onClosed();
    });
  }

  write(line: string): void {
    if (!this.#closed) this.#stream.write(`${line}\n`);
  }
}
