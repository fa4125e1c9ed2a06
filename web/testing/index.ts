/**
 * A manager for unit tests, without a server and without WebAssembly. Importing this module starts nothing.
 *
 * @packageDocumentation
 */
export { createFakeManager } from './createFakeManager.js';
export type {
  FakeChange,
  FakeChangeOf,
  FakeChannelControls,
  FakeControls,
  FakeGap,
  FakeManager,
  FakeOptions,
  FakeStatus,
} from './types.js';
