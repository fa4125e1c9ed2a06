export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Receives one line per event of note. Tokens and keys are never passed to it. */
export type Log = (level: LogLevel, message: string) => void;

export const silentLog: Log = () => undefined;

/** Writes `info` and above to standard error, so standard output stays free for the ready line. */
export const stderrLog: Log = (level, message) => {
  if (level !== 'debug') process.stderr.write(`${new Date().toISOString()} ${level} ${message}\n`);
};

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
