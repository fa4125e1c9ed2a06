import { createInterface } from 'node:readline/promises';
import { doctor } from './doctor.js';
import type { DoctorOptions } from './doctorOptions.js';
import type { Finding } from './finding.js';
import { lineText } from './report.js';

/** `doctor` at a terminal or in a script. Returns the exit code. */
export function runDoctor(options: DoctorOptions, stop: AbortSignal): Promise<number> {
  const isTerminal = process.stdout.isTTY && process.stdin.isTTY;
  const colours = process.stdout.isTTY && (process.env.NO_COLOR ?? '') === '';
  return doctor(options, {
    line: (line) => {
      process.stdout.write(`${options.json ? JSON.stringify(line) : lineText(line, colours)}\n`);
    },
    log: (message) => {
      process.stderr.write(`${message}\n`);
    },
    confirm: isTerminal && !options.json ? (findings) => ask(findings, stop) : null,
  });
}

async function ask(findings: readonly Finding[], stop: AbortSignal): Promise<boolean> {
  const count = findings.reduce((sum, { sql }) => sum + sql.length, 0);
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await terminal.question(`Run ${count} statement${count === 1 ? '' : 's'}? [y/N] `, { signal: stop });
    return /^y(?:es)?$/iu.test(answer.trim());
  } catch {
    return false; // interrupted
  } finally {
    terminal.close();
  }
}
