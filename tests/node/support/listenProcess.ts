import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { Recorder } from './until.js';

export const PROGRAM = fileURLToPath(new URL('../../../web/bin/switchboard.js', import.meta.url));

/** A line that `listen` printed, parsed; `text` is the line itself. */
export interface PrintedLine {
  text: string;
  type: string;
  [key: string]: unknown;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** The command in a process of its own, with its output into pipes. */
export class ListenProcess {
  readonly lines = new Recorder<PrintedLine>();
  readonly exit: Promise<Exit>;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #errors = new Recorder<string>();

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(process.execPath, [PROGRAM, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH ?? '', ...env },
    });
    this.#child.stderr.setEncoding('utf8').on('data', this.#errors.push);
    createInterface(this.#child.stdout).on('line', (text) => {
      this.lines.push({ ...(JSON.parse(text) as { type: string }), text });
    });
    this.exit = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => {
        resolve({ code, signal });
      });
    });
  }

  /** What it has said on standard error. */
  get stderr(): string {
    return this.#errors.items.join('');
  }

  get changes(): PrintedLine[] {
    return this.lines.items.filter((line) => line.type === 'change');
  }

  /** Resolves when every subscription of `count` has received SUBSCRIBED. */
  async live(count = 1, ms?: number): Promise<void> {
    await this.lines.until(
      'SUBSCRIBED',
      (lines) => lines.filter((line) => line.status === 'SUBSCRIBED').length >= count,
      ms,
    );
  }

  async untilChanges(count: number, ms?: number): Promise<PrintedLine[]> {
    await this.lines.until(`${count} changes`, () => this.changes.length >= count, ms);
    return this.changes;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async untilStderr(text: string): Promise<void> {
    await this.#errors.until(text, () => this.stderr.includes(text));
  }

  /** The reader stops reading for a while. */
  pauseStdout(): void {
    this.#child.stdout.pause();
  }

  resumeStdout(): void {
    this.#child.stdout.resume();
  }

  /** The reader goes away, as `| head` does. */
  closeStdout(): void {
    this.#child.stdout.destroy();
  }
}
