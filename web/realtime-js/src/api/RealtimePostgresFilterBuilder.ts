export type RealtimePostgresChangesFilterOperator =
  'eq' | 'neq' | 'lt' | 'lte' | 'gt' | 'gte' | 'in' | 'like' | 'ilike' | 'is' | 'match' | 'imatch' | 'isdistinct';

type FilterValue = string | number | boolean | null;
type IsValue = null | boolean | 'null' | 'true' | 'false' | 'unknown';
type ListValue = readonly (string | number | boolean)[];

/** Characters that mean something to the server's parser. */
const SPECIAL = /[,()"\\]/u;

function asText(value: FilterValue): string {
  const text = String(value);
  if (!SPECIAL.test(text) && text === text.trim()) return text;
  return `"${text.replace(/["\\]/gu, '\\$&')}"`;
}

function asList(values: unknown): string {
  const list: unknown[] = Array.isArray(values) ? values : [values];
  if (list.length === 0) throw new Error('Realtime `in` filter requires at least one value.');
  return `(${[...new Set(list)].map((value) => asText(value as FilterValue)).join(',')})`;
}

/**
 * Builds the `filter` of `on('postgres_changes', …)`. All conditions must hold. Values are quoted where they must be.
 *
 * ```ts
 * postgresChangesFilter().eq('business_id', 7).not('status', 'in', ['draft', 'archived'])
 * ```
 */
export class RealtimePostgresFilterBuilder {
  readonly #conditions: string[] = [];

  eq(column: string, value: FilterValue): this {
    return this.#add(column, 'eq', value);
  }

  neq(column: string, value: FilterValue): this {
    return this.#add(column, 'neq', value);
  }

  gt(column: string, value: FilterValue): this {
    return this.#add(column, 'gt', value);
  }

  gte(column: string, value: FilterValue): this {
    return this.#add(column, 'gte', value);
  }

  lt(column: string, value: FilterValue): this {
    return this.#add(column, 'lt', value);
  }

  lte(column: string, value: FilterValue): this {
    return this.#add(column, 'lte', value);
  }

  /** @throws Error for an empty list. */
  in(column: string, values: ListValue): this {
    return this.#add(column, 'in', values);
  }

  like(column: string, pattern: string): this {
    return this.#add(column, 'like', pattern);
  }

  ilike(column: string, pattern: string): this {
    return this.#add(column, 'ilike', pattern);
  }

  match(column: string, pattern: string): this {
    return this.#add(column, 'match', pattern);
  }

  imatch(column: string, pattern: string): this {
    return this.#add(column, 'imatch', pattern);
  }

  is(column: string, value: IsValue): this {
    return this.#add(column, 'is', value);
  }

  isDistinct(column: string, value: FilterValue): this {
    return this.#add(column, 'isdistinct', value);
  }

  not(column: string, operator: 'in', value: ListValue): this;
  not(column: string, operator: 'is', value: IsValue): this;
  not(column: string, operator: Exclude<RealtimePostgresChangesFilterOperator, 'in' | 'is'>, value: FilterValue): this;
  not(column: string, operator: RealtimePostgresChangesFilterOperator, value: FilterValue | ListValue): this {
    return this.#add(column, operator, value, 'not.');
  }

  /** The conditions as text, such as `business_id=eq.7`. */
  build(): string {
    return this.#conditions.join(',');
  }

  toString(): string {
    return this.build();
  }

  #add(column: string, operator: RealtimePostgresChangesFilterOperator, value: unknown, negation = ''): this {
    const operand =
      operator === 'in' ? asList(value) : operator === 'is' ? String(value) : asText(value as FilterValue);
    this.#conditions.push(`${column}=${negation}${operator}.${operand}`);
    return this;
  }
}

/** A new, empty filter. */
export function postgresChangesFilter(): RealtimePostgresFilterBuilder {
  return new RealtimePostgresFilterBuilder();
}
