/**
 * The promise of a send. Whether anybody handles a rejection is known here, so one that nobody does is reported instead of becoming an unhandled
 * rejection of the page or process.
 */
export class Sending extends Promise<undefined> {
  /** What `then` gives is a plain promise, whose rejection is its caller's. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  #isHandled = false;

  // `catch`, `finally` and `await` come here too; `await` because this is not a plain promise.
  override then<Value = undefined, Caught = never>(
    onFulfilled?: ((value: undefined) => Value | PromiseLike<Value>) | null,
    onRejected?: ((reason: unknown) => Caught | PromiseLike<Caught>) | null,
  ): Promise<Value | Caught> {
    this.#isHandled = true;
    return super.then(onFulfilled, onRejected);
  }

  /** Calls `report` when it rejects and nobody has handled it in the turn in which it did. */
  reportUnhandled(report: (error: Error) => void): this {
    super.then(undefined, (error: unknown) => {
      setTimeout(() => {
        if (!this.#isHandled) report(error as Error);
      });
    });
    return this;
  }
}
