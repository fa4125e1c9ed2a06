export { startBackend, type Backend } from './backend.js';
export { defaultLimits, defaultTiming, fastTiming } from './options.js';
export type { BackendOptions, Limits, Range, Timing } from './options.js';
export type { Faults, Target } from './faults/faults.js';
export type { Stats, TopicStats } from './realtime/stats.js';
export type { Business } from './seed/businesses.js';
export type { Log, LogLevel } from './log.js';
