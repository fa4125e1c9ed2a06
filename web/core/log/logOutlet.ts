import type { Logger, LogLevel } from '../api/logger.js';
import type { LogLine } from '../engine/engine.js';

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** Hands lines of at least `level` to the application's logger, with secrets taken out. A logger that throws is left alone. */
export class LogOutlet {
  readonly #logger: Logger | null;
  readonly #threshold: number;
  readonly #redact: (text: string) => string;
  readonly #failed: (where: string, error: unknown) => void;

  /** `failed` hears of what the application's code throws. */
  constructor(
    logger: Logger | null,
    level: LogLevel,
    redact: (text: string) => string,
    failed: (where: string, error: unknown) => void = () => undefined,
  ) {
    this.#logger = logger;
    this.#threshold = LEVELS.indexOf(level);
    this.#redact = redact;
    this.#failed = failed;
  }

  write(line: LogLine, detail?: unknown): void {
    if (this.#logger === null || LEVELS.indexOf(line.level) < this.#threshold) return;
    try {
      const message = `switchboard: ${this.#redact(line.message)}`;
      if (detail === undefined) this.#logger[line.level]?.(message);
      else this.#logger[line.level]?.(message, detail);
    } catch {
      // There is nobody left to tell.
    }
  }

  /** Something the application's own code threw; `where` names the callback. */
  callbackFailed(where: string, error: unknown): void {
    this.#failed(where, error);
    if (this.#logger?.error !== undefined) {
      this.write({ level: 'error', message: `${where} threw` }, error);
    } else if (this.#logger !== null && typeof globalThis.reportError === 'function') {
      globalThis.reportError(error);
    }
  }
}
