import type { Connection } from './connection.js';
import type { Fields } from './fields.js';
import type { Conflict, News } from './merge.js';
import type { Problem } from './problem.js';
import type { RowTable } from './rowTable.js';

export type EditState<Draft> = {
  /** What the form shows. */
  readonly draft: Draft;
  /** `waiting`: to be sent when there is a connection, or sent without an answer so far. `saved` and `discarded` are final. */
  readonly phase: 'editing' | 'saving' | 'waiting' | 'saved' | 'discarded';
  /** Whether a write got no answer and the row has not been seen since, so that it may be saved already. */
  readonly isUnanswered: boolean;
  /** Whether the form holds anything that is not in the database. */
  readonly isDirty: boolean;
  readonly conflicts: readonly Conflict<Draft>[];
  /** What others changed since the form was opened, in fields that the form had not changed. */
  readonly news: readonly News<Draft>[];
  /** Those of `news` that came in since the last submit: of a session that is saved, what its form has not shown. */
  readonly lateNews: readonly News<Draft>[];
  /** When others changed the row last, ISO 8601; null: they did not. */
  readonly changedAt: string | null;
  /** When it was noticed that the row was removed, ISO 8601; null: it is there, or new. */
  readonly goneAt: string | null;
  readonly problem: Problem | null;
};

export type EditSessionOptions<Row, Draft> = {
  readonly table: RowTable<Row>;
  readonly fields: Fields<Row, Draft>;
  readonly connection: Connection;
  /**
   * Fields that make sense only together, such as the start and the status of a booking. Where a save would write one of them, and others have changed
   * another one, which the form has not shown, that is a conflict too. Default: none.
   */
  readonly together?: readonly (keyof Draft)[];
  /** The row to edit, or what a new one begins with. */
  readonly start: { readonly row: Row } | { readonly draft: Draft; readonly columns: Partial<Row> };
};
