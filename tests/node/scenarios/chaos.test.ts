import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { shortRun } from '../../chaos/profiles.js';
import { describeReport, total } from '../../chaos/report.js';
import { runChaos } from '../../chaos/run.js';
import { Timeline } from '../../chaos/world/timeline.js';

const SEED = 20_261_122;
const ROUNDS = 2;

// The long one is `npm run test:chaos`.
describe('under faults of every kind', () => {
  it(
    'no change or broadcast is lost, repeated or out of order unless a gap reports it, and live rows and presence are right',
    { timeout: 600_000 },
    async () => {
      const timeline = new Timeline();
      const report = await runChaos({
        ...shortRun,
        seed: SEED,
        goOn: ({ rounds }) => rounds < ROUNDS,
        only: [],
        reference: false,
        timeline,
        progress: () => undefined,
      });
      if (report.problems.length > 0) {
        mkdirSync('test-output', { recursive: true });
        writeFileSync('test-output/chaos-short.log', `${[...timeline.lines, describeReport(report)].join('\n')}\n`);
      }
      expect(report.problems).toEqual([]);
      expect(total(report.faults)).toBe(ROUNDS * shortRun.faultsPerRound);
      expect(report.expected).toBeGreaterThan(0);
      expect(total(report.gaps)).toBeGreaterThan(0);
      const { due, acknowledged, presenceChecks, presenceCalls } = report.channels;
      expect(Math.min(due, acknowledged, presenceChecks, presenceCalls)).toBeGreaterThan(0);
      expect(total(report.channels.gaps)).toBeGreaterThan(0);
    },
  );
});
