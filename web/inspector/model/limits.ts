/**
 * What a project may have and do, for all of its clients together.
 *
 * @see https://supabase.com/docs/guides/realtime/limits, read in November 2026
 */
export interface ProjectLimits {
  readonly connections: number;
  /** Frames to and from all clients. */
  readonly messagesPerSecond: number;
  readonly joinsPerSecond: number;
  readonly channelsPerConnection: number;
  readonly presencePerSecond: number;
}

export type PlanName = 'free' | 'pro' | 'proWithoutCap' | 'team' | 'enterprise';

const LARGE = {
  connections: 10_000,
  messagesPerSecond: 2_500,
  joinsPerSecond: 2_500,
  channelsPerConnection: 100,
  presencePerSecond: 1_000,
};

/** Supabase's limits by plan. Those of a project can be raised by its owner or by Supabase. */
export const PLAN_LIMITS: Readonly<Record<PlanName, ProjectLimits>> = Object.freeze({
  free: {
    connections: 200,
    messagesPerSecond: 100,
    joinsPerSecond: 100,
    channelsPerConnection: 100,
    presencePerSecond: 20,
  },
  pro: {
    connections: 500,
    messagesPerSecond: 500,
    joinsPerSecond: 500,
    channelsPerConnection: 100,
    presencePerSecond: 50,
  },
  proWithoutCap: LARGE,
  team: LARGE,
  enterprise: LARGE,
});

export const PLAN_WORDS: Readonly<Record<PlanName, string>> = {
  free: 'Free',
  pro: 'Pro',
  proWithoutCap: 'Pro without spend cap',
  team: 'Team',
  enterprise: 'Enterprise',
};

export const PLANS = Object.keys(PLAN_LIMITS) as readonly PlanName[];
