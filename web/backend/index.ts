export { startBackend, type Backend } from './backend.js';
export { defaultLimits, defaultTiming, fastTiming } from './options.js';
export type { BackendOptions, Limits, Range, Timing } from './options.js';
export type { Faults, Target } from './faults/faults.js';
export type { Stats, TopicStats } from './realtime/stats.js';
export type { Business } from './seed/businesses.js';
export type { Log, LogLevel } from './log.js';
// What a test needs to read a replication slot of its own.
export { decodePgoutput, type PgoutputMessage } from './replication/pgoutput.js';
export { TransactionAssembler } from './replication/transaction.js';
export type { RowChange } from './replication/rowChange.js';
