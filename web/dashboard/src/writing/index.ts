export { browserConnection, retryDelayMs, type Connection } from './connection.js';
export { EditSession } from './editSession.js';
export type { EditSessionOptions, EditState } from './editState.js';
export { namesOf, readDraft, type Field, type Fields, type VersionedRow } from './fields.js';
export type { Conflict, News } from './merge.js';
export { IgnoredError, problemOf, UndecidedError, type Problem } from './problem.js';
export { postgrestTable, RefusedError, refusal, UnreachableError, type RowTable } from './rowTable.js';
export { useEditSession } from './useEditSession.js';
