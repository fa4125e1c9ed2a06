import { fastTiming } from 'switchboard-backend';
import type { ChaosOptions } from './run.js';
import { chaosTiming } from './world/world.js';

type Profile = Omit<ChaosOptions, 'seed' | 'goOn' | 'only' | 'reference' | 'timeline' | 'progress'>;

/** Rounds of 25 s under the server's own waits; the client's are shortened where they would only make it longer. */
export const longRun: Profile = {
  numbered: true,
  roundMs: 25_000,
  faultsPerRound: 9,
  timing: chaosTiming,
  tuning: {
    heartbeatIdleMs: 2_000,
    heartbeatTimeoutMs: 2_000,
    connectTimeoutMs: 3_000,
    backoffBaseMs: 200,
    backoffCapMs: 3_000,
    slowBaseMs: 500,
    slowCapMs: 3_000,
    lingerMs: 500,
    fallbackAfterMs: 4_000,
    pollEveryMs: 2_000,
    resyncJitterMs: 300,
    resyncTimeoutMs: 2_500,
    // A read-only database looks like a missing permission to private channels.
    parkedRetryMs: 3_000,
    joinsPerSecond: 50,
  },
  workload: { writers: 3, pauseMs: 120 },
  limits: { convergeMs: 120_000, wrongMs: 15_000, liveMs: 120_000, arriveMs: 60_000, presentMs: 60_000 },
};

/** One or two rounds of a few seconds, with all waits cut short. */
export const shortRun: Profile = {
  ...longRun,
  numbered: false,
  roundMs: 5_000,
  faultsPerRound: 12,
  timing: { ...fastTiming, publicationCheckMs: 600_000 },
  tuning: {
    ...longRun.tuning,
    heartbeatIdleMs: 500,
    heartbeatTimeoutMs: 1_000,
    connectTimeoutMs: 1_000,
    joinStallMs: 200,
    backoffBaseMs: 50,
    backoffCapMs: 500,
    slowBaseMs: 100,
    slowCapMs: 500,
    resyncTimeoutMs: 1_000,
  },
  workload: { writers: 2, pauseMs: 60 },
};
