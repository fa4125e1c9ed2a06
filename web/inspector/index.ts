/**
 * Shows what managers see and why they act, in any page.
 *
 * - {@link mountInspector} puts it into an element, or docks it to the lower edge of the page.
 * - {@link mountInspectorButton} puts a button into a corner that opens it.
 * - {@link inspectorPlugin} is a tab of TanStack Devtools.
 *
 * A component for React is in `switchboard-realtime/inspector/react`.
 *
 * @packageDocumentation
 */
export { inspectorPlugin, type DevtoolsPlugin } from './devtoolsPlugin.js';
export { mountInspectorButton, type InspectorButtonOptions } from './inspectorButton.js';
export {
  mountInspector,
  type InspectedManagers,
  type InspectorOptions,
  type MountedInspector,
} from './mountInspector.js';
export type { PlanName, ProjectLimits } from './model/limits.js';
export type { InspectedManager } from './model/source.js';
