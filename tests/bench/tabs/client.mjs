// @ts-check
// What an application loads. A chunk of its own, so that loading it can be measured.
export { createRealtimeManager } from 'switchboard-realtime';
