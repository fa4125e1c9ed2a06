import type { Relation, TextValue } from './pgoutput.js';

export type ChangeType = 'INSERT' | 'UPDATE' | 'DELETE';

/** One committed change of one row. */
export interface RowChange {
  relation: Relation;
  type: ChangeType;
  committedAt: Date;
  /** By column of the relation; null for DELETE. */
  newValues: readonly TextValue[] | null;
  /** By column of the relation, undefined where a column is no part of the replica identity; null for INSERT. */
  oldValues: readonly TextValue[] | null;
}
