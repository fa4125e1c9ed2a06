export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Takes log lines. `console` fits; methods that are missing are skipped. */
export interface Logger {
  debug?(message: string, detail?: unknown): void;
  info?(message: string, detail?: unknown): void;
  warn?(message: string, detail?: unknown): void;
  error?(message: string, detail?: unknown): void;
}
