import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Finding } from '../../../web/cli/doctor/finding.js';
import type { DoctorLine } from '../../../web/cli/doctor/report.js';

const BIN = fileURLToPath(new URL('../../../web/bin/switchboard.js', import.meta.url));

export interface DoctorRun {
  code: number | null;
  /** With `--json`: its lines, parsed. */
  lines: DoctorLine[];
  /** What the last look found, notes left out. */
  findings: Finding[];
  stdout: string;
  stderr: string;
}

/** Runs `doctor` to its end, without a terminal. */
export async function runDoctor(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<DoctorRun> {
  const child = spawn(process.execPath, [BIN, 'doctor', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH ?? '', ...env },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  const texts = args.includes('--json') ? stdout.split('\n').filter((text) => text !== '') : [];
  const lines = texts.map((text) => JSON.parse(text) as DoctorLine);
  const fixed = lines.findLastIndex(({ type }) => type === 'fixed');
  const findings = lines
    .slice(fixed + 1)
    .filter((line) => line.type === 'finding')
    .filter(({ severity }) => severity !== 'note');
  return { code, lines, findings, stdout, stderr };
}

export function checksOf({ findings }: DoctorRun): string[] {
  return findings.map(({ check }) => check).sort();
}
