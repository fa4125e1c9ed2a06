import type { Writable } from 'node:stream';

/**
 * Writes texts to a stream, and notices when it no longer can: the reader has gone (`| head`), or the disk is full. Pipes and files get each
 * text at once, as long as they take it.
 */
export class TextOutput {
  readonly #stream: Writable;
  #closed = false;
  readonly #onClosed: ((error: Error | null) => void)[];
  #last: Promise<void> = Promise.resolve();

  /** `onClosed` runs once. Null: the reader has gone, which is no error. */
  constructor(stream: Writable, onClosed: (error: Error | null) => void) {
    this.#stream = stream;
    this.#onClosed = [onClosed];
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (this.#closed) return;
      this.#closed = true;
      for (const call of this.#onClosed) call(error.code === 'EPIPE' ? null : error);
    });
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Characters that the reader has not taken yet. */
  get waiting(): number {
    return this.#stream.writableLength;
  }

  write(text: string): void {
    if (this.#closed) return;
    this.#last = new Promise((resolve) => {
      this.#stream.write(text, () => {
        resolve();
      });
    });
  }

  /** Adds another listener for the same event. */
  onClosed(call: () => void): void {
    if (this.#closed) call();
    else this.#onClosed.push(call);
  }

  /** Calls back when the reader has taken all. */
  onDrain(call: () => void): void {
    this.#stream.on('drain', call);
  }

  /** Resolves when all that was written is taken, or can't be. */
  async settled(): Promise<void> {
    await this.#last;
    // The stream reports its error after the callback of the write.
    await new Promise(setImmediate);
  }
}
