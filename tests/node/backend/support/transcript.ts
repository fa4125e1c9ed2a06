import { readFileSync } from 'node:fs';

export interface Line {
  /** ms since the recording began. */
  t: number;
  /** Connection; absent for notes about the scenario. */
  c?: string;
  dir: 'note' | 'connect' | 'upgrade' | 'http' | 'open' | 'out' | 'in' | 'ping' | 'pong' | 'close' | 'error';
  text?: string;
  b64?: string;
  len?: number;
  status?: number;
  code?: number;
  headers?: Record<string, string>;
  trimmed?: number;
}

export type Version = 'v1' | 'v2';

export function readTranscript(scenario: string, version: Version): Line[] {
  const file = new URL(`../../../fixtures/transcripts/${version}/${scenario}.jsonl`, import.meta.url);
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

/** When the recording began, in Unix ms. */
export function recordedAt(lines: readonly Line[]): number {
  const date = /recorded (\S+)/.exec(lines[0]?.text ?? '')?.[1];
  return Date.parse(date ?? '');
}
