/**
 * Why something is not live, and the way out.
 *
 * @packageDocumentation
 */
export { explainAll, explainOne, type Explanation, type Reason } from './explain.js';
export { factsOf, type Facts, type SocketFacts, type SubjectFacts, type TokenOfFacts } from './facts.js';
export { MEANINGS } from './remedies.js';
export type { Remedy } from './remedy.js';
export { incidentsOf, type Incident } from './incidents.js';
export { recordedFacts } from './recordedFacts.js';
