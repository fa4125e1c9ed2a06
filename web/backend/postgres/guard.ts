import { spawn, type ChildProcess } from 'node:child_process';

/**
 * Waits until its standard input ends, which happens however this process dies, then stops the server whose
 * postmaster.pid is at $1 and removes the directory $2 (empty: nothing to remove). A line on standard input means
 * that the stop was orderly and nothing is left to do.
 */
const script = `
if read -r _; then exit 0; fi
pid=$(head -n 1 "$1" 2>/dev/null)
if [ -n "$pid" ]; then
  kill -INT "$pid" 2>/dev/null
  n=0
  while kill -0 "$pid" 2>/dev/null && [ $n -lt 50 ]; do sleep 0.1; n=$((n + 1)); done
  kill -KILL "$pid" 2>/dev/null
fi
if [ -n "$2" ]; then rm -rf "$2"; fi
`;

/** Cleans up after this process if it dies without stopping the server. */
export class Guard {
  readonly #child: ChildProcess | null;

  constructor(pidFile: string, scratch: string | null) {
    if (process.platform === 'win32') {
      this.#child = null;
      return;
    }
    this.#child = spawn('/bin/sh', ['-c', script, 'guard', pidFile, scratch ?? ''], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.#child.unref();
    const input = this.#child.stdin as (NodeJS.WritableStream & { unref?: () => void }) | null;
    input?.on('error', () => undefined);
    input?.unref?.();
  }

  /** Call after an orderly stop. Resolves when the guard is gone. */
  async release(): Promise<void> {
    const child = this.#child;
    const hasEnded = child?.exitCode !== null || child.signalCode !== null;
    if (hasEnded) return;
    const gone = new Promise<void>((resolve) =>
      child.once('exit', () => {
        resolve();
      }),
    );
    child.ref();
    child.stdin?.end('done\n');
    await gone;
  }
}
