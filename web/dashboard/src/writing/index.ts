export { browserConnection, retryDelayMs, type Connection } from './connection.js';
export { EditSession, type EditSessionOptions, type EditState } from './editSession.js';
export { readDraft, type Field, type Fields, type VersionedRow } from './fields.js';
export type { Conflict, News } from './merge.js';
export { IgnoredError, problemOf, UndecidedError, type Problem } from './problem.js';
export { postgrestTable, RefusedError, refusal, UnreachableError, type RowTable } from './rowTable.js';
export { useEditSession } from './useEditSession.js';
