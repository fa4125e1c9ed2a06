/** The operators that Realtime evaluates; each may be negated with a leading `not.`. */
export const FILTER_OPERATORS = [
  'eq',
  'neq',
  'lt',
  'lte',
  'gt',
  'gte',
  'in',
  'like',
  'ilike',
  'match',
  'imatch',
  'is',
  'isdistinct',
] as const;

export type FilterOperator = (typeof FILTER_OPERATORS)[number];

/** One `column=[not.]operator.value`. All conditions of a filter must hold. */
export interface FilterCondition {
  column: string;
  negated: boolean;
  operator: FilterOperator;
  /** The value with its quotes taken off; for `in` one entry per list item. */
  values: readonly string[];
}
