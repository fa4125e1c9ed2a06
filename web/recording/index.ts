/**
 * Reads recordings of a manager.
 *
 * ```ts
 * import { readRecording } from 'switchboard-realtime/recording';
 *
 * const { entries } = readRecording(await manager.record());
 * ```
 *
 * @packageDocumentation
 */
export type * from './entries.js';
export { readRecording } from './readRecording.js';
