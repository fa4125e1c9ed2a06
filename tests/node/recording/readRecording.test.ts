import { SwitchboardError } from 'switchboard-realtime';
import { readRecording } from 'switchboard-realtime/recording';
import { describe, expect, test } from 'vitest';
import { outage } from './support/outage.js';
import { writeRecording } from './support/writeRecording.js';

const sample = writeRecording(outage);

function refusal(bytes: Uint8Array): string {
  try {
    readRecording(bytes);
  } catch (error) {
    if (error instanceof SwitchboardError && error.code === 'BAD_RECORDING') return error.message;
    throw error;
  }
  throw new Error('it was read');
}

describe('readRecording', () => {
  test('reads what was written, with times since the core began', () => {
    const recording = readRecording(sample);
    expect(recording).toMatchObject({ version: 1, startedAt: 1_700_000_000_000, complete: true, frames: false });
    expect(recording).toMatchObject({ createdBy: 'switchboard-realtime 0.1.0', damage: null, unknown: 0 });
    expect(recording.entries).toHaveLength(outage.length);
    expect(recording.entries.map(({ atMs }) => atMs)).toEqual(outage.map(({ at }) => at));
    expect(recording.entries[0]).toEqual({
      ...{ atMs: 0, kind: 'command', name: 'subscribe', id: 1, about: 'public.bookings *' },
    });
    expect(recording.entries.find(({ kind }) => kind === 'gap')).toMatchObject({ key: 1, from: 1_700_000_010_000 });
    expect(recording.entries.find((entry) => entry.kind === 'decision' && entry.ms !== null)).toMatchObject({
      ...{ what: 'wait', ms: 731 },
    });
  });

  test('says when the oldest entries were overwritten, and begins later then', () => {
    const recording = readRecording(writeRecording(outage.slice(5), { overwritten: true, firstAtMs: 41 }));
    expect(recording.complete).toBe(false);
    expect(recording.entries[0]?.atMs).toBe(41);
  });

  test('a file that is cut off anywhere is read up to there, or refused with what to do', () => {
    for (let size = 0; size < sample.length; size += 1) {
      const part = sample.subarray(0, size);
      let recording;
      try {
        recording = readRecording(part);
      } catch {
        expect(refusal(part)).toMatch(/again|as it is/u);
        continue;
      }
      expect(recording.damage).toMatch(/^The file is cut off, \d+ bytes are missing/u);
    }
    const last = readRecording(sample.subarray(0, -1));
    expect(last.entries).toHaveLength(outage.length);
  });

  test('a flipped bit never goes unnoticed, and never throws anything else', () => {
    for (let at = 0; at < sample.length; at += 1) {
      for (const bit of [1, 16, 128]) {
        const bytes = sample.slice();
        bytes[at] = (bytes[at] ?? 0) ^ bit;
        let recording;
        try {
          recording = readRecording(bytes);
        } catch {
          expect(refusal(bytes)).not.toBe('');
          continue;
        }
        expect(recording.damage).not.toBeNull();
      }
    }
  });

  test('refuses an empty file, another file and a later version with what to do', () => {
    expect(refusal(new Uint8Array())).toMatch(/empty: record again/u);
    expect(refusal(new TextEncoder().encode('{"entries":[]}'))).toMatch(/not a recording: give the file/u);
    expect(refusal(writeRecording(outage, { version: 9 }))).toMatch(/version 9 .* reads version 1/u);
  });

  test('a size beyond the end of the file is damage, not an attempt to read it', () => {
    const bytes = writeRecording([], {});
    const huge = Uint8Array.from([...bytes.subarray(0, 6), 1, 1, ...[255, 255, 255, 255, 255, 255, 127]]);
    expect(refusal(huge)).toMatch(/head .* can't be read/u);
  });

  test('skips kinds of a later version and counts them', () => {
    const bytes = writeRecording([{ at: 3, kind: 'overall', state: 'live' }]);
    const at = bytes.lastIndexOf(14);
    bytes[at] = 120;
    expect(readRecording(bytes)).toMatchObject({ entries: [], unknown: 1 });
  });
});
