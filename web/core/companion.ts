/**
 * For the package switchboard-realtime-js only, whose version is that of this package. Not for applications: it may change at any time.
 *
 * @packageDocumentation
 */
export { createPrivateManager as openManager } from './manager/createRealtimeManager.js';
export { findManager } from './manager/managersInUse.js';
