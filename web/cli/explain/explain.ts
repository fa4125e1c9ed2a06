import { readFile } from 'node:fs/promises';
import { SwitchboardError } from '../../core/index.js';
import {
  explainAll,
  incidentsOf,
  recordedFacts,
  type Explanation,
  type Incident,
} from '../../recording/explain/index.js';
import { readRecording, type Recording } from '../../recording/index.js';
import { EXIT } from '../exitCodes.js';
import type { ExplainOptions } from './explainOptions.js';

/** One line of the output. */
export type ExplainLine =
  | ({ readonly type: 'recording' } & Pick<
      Recording,
      'createdBy' | 'startedAt' | 'takenAtMs' | 'complete' | 'damage'
    > & {
        readonly entries: number;
      })
  | ({ readonly type: 'incident' } & Incident)
  | ({ readonly type: 'notLive' } & Explanation);

/** Where `explain` writes. */
export interface ExplainOutput {
  line(line: ExplainLine): void;
  readonly log: (message: string) => void;
}

/** Says what went wrong in a recording. Returns the exit code. */
export async function explainFile({ file }: ExplainOptions, output: ExplainOutput): Promise<number> {
  const recording = await recordingIn(file, output.log);
  if (recording === null) return EXIT.usage;
  const { createdBy, startedAt, takenAtMs, complete, damage, entries } = recording;
  output.line({ type: 'recording', createdBy, startedAt, takenAtMs, complete, damage, entries: entries.length });
  const incidents = incidentsOf(recording);
  for (const incident of incidents) output.line({ type: 'incident', ...incident });
  const notLive = explainAll(recordedFacts(recording));
  for (const explanation of notLive) output.line({ type: 'notLive', ...explanation });
  return incidents.length + notLive.length === 0 ? EXIT.ok : EXIT.findings;
}

async function recordingIn(file: string, log: (message: string) => void): Promise<Recording | null> {
  try {
    return readRecording(new Uint8Array(await readFile(file)));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = error instanceof SwitchboardError ? error.message : `it can't be read: ${code ?? String(error)}`;
    log(`switchboard-realtime: ${file}: ${why}`);
    return null;
  }
}
