import { createInterface } from 'node:readline/promises';
import type { TextOutput } from '../output.js';
import { styleOf } from '../style.js';
import { doctor } from './doctor.js';
import type { DoctorOptions } from './doctorOptions.js';
import type { Finding } from './finding.js';
import { lineText } from './report.js';

/** `doctor` at a terminal or in a script. Returns the exit code. */
export function runDoctor(
  options: DoctorOptions,
  stdout: TextOutput,
  log: (message: string) => void,
  stop: AbortSignal,
): Promise<number> {
  const isTerminal = process.stdout.isTTY && process.stdin.isTTY;
  const style = styleOf(process.stdout, process.env, options.color);
  return doctor(options, {
    line: (line) => {
      stdout.write(`${options.json ? JSON.stringify(line) : lineText(line, style)}\n`);
    },
    log,
    confirm: isTerminal && !options.json ? (findings) => ask(findings, stop) : null,
    isRead: async () => {
      await stdout.settled();
      return !stdout.closed;
    },
  });
}

async function ask(findings: readonly Finding[], stop: AbortSignal): Promise<boolean> {
  const count = findings.reduce((sum, { sql, file }) => sum + sql.length + (file === undefined ? 0 : 1), 0);
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  // While it reads, the terminal gives Ctrl-C to it and not to the process.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    const answer = await terminal.question(`Run ${count} statement${count === 1 ? '' : 's'}? [y/N] `, { signal: stop });
    return /^y(?:es)?$/iu.test(answer.trim());
  } catch {
    return false; // interrupted
  } finally {
    terminal.close();
  }
}
