import type { PushCommand, PushOutcome } from '../../engine/engine.js';

/** Of all handles together. Of one handle the core takes the same. */
const MOST = 100;

interface Waiting {
  command: PushCommand;
  /** Null for one that is conflated: it waits for as long as it takes. */
  readonly timer: ReturnType<typeof setTimeout> | null;
  readonly expiresAt: number;
}

/** What is to be sent while there is no line. */
export class WaitingPushes {
  readonly #failed: (id: number, outcome: PushOutcome, message: string) => void;
  #waiting: Waiting[] = [];

  constructor(failed: (id: number, outcome: PushOutcome, message: string) => void) {
    this.#failed = failed;
  }

  add(command: PushCommand): void {
    const { id, channel, event, everyMs, timeoutMs } = command;
    const isConflated = everyMs !== null;
    const older = isConflated
      ? this.#waiting.find(
          ({ command: other }) => other.everyMs !== null && other.channel === channel && other.event === event,
        )
      : undefined;
    if (older !== undefined) {
      older.command = command;
    } else if (this.#waiting.length >= MOST) {
      if (!isConflated) this.#failed(id, 'full', 'Too much waits to be sent until there is a line again.');
    } else {
      const expire = (): void => {
        this.#waiting = this.#waiting.filter(({ command: other }) => other !== command);
        this.#failed(id, 'timedOut', 'There was no line in time.');
      };
      const timer = isConflated ? null : setTimeout(expire, timeoutMs);
      this.#waiting.push({ command, timer, expiresAt: Date.now() + timeoutMs });
    }
  }

  /** All of them, with the time that is left. */
  take(): PushCommand[] {
    const waiting = this.#waiting;
    this.clear();
    return waiting.map(({ command, timer, expiresAt }) =>
      timer === null ? command : { ...command, timeoutMs: Math.max(1, expiresAt - Date.now()) },
    );
  }

  clear(): void {
    for (const { timer } of this.#waiting) if (timer !== null) clearTimeout(timer);
    this.#waiting = [];
  }
}
