type Task = () => void | Promise<void>;

/**
 * Runs tasks strictly one after another. While one of them waits, all later ones wait too; while none does, a
 * task runs at once. This is how a process with a message queue behaves.
 */
export class Mailbox {
  readonly #onError: (error: unknown) => void;
  readonly #tasks: Task[] = [];
  #isBusy = false;
  #isClosed = false;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  post(task: Task): void {
    if (this.#isClosed) return;
    if (this.#isBusy) this.#tasks.push(task);
    else this.#run(task);
  }

  /** Drops everything that waits. A task that is running ends on its own. */
  close(): void {
    this.#isClosed = true;
    this.#tasks.length = 0;
  }

  /** A task is running or waiting. */
  get isBlocked(): boolean {
    return this.#isBusy;
  }

  #run(first: Task): void {
    this.#isBusy = true;
    let task: Task | undefined = first;
    while (task !== undefined) {
      try {
        const result = task();
        if (result !== undefined) {
          result.catch(this.#onError).finally(() => {
            this.#resume();
          });
          return;
        }
      } catch (error) {
        this.#onError(error);
      }
      task = this.#tasks.shift();
    }
    this.#isBusy = false;
  }

  #resume(): void {
    const next = this.#tasks.shift();
    if (next === undefined) this.#isBusy = false;
    else this.#run(next);
  }
}
