import { inspectString, inspectTerm } from './inspect.js';

export const operators = [
  'eq',
  'neq',
  'lt',
  'lte',
  'gt',
  'gte',
  'in',
  'like',
  'ilike',
  'is',
  'match',
  'imatch',
  'isdistinct',
] as const;

export type Operator = (typeof operators)[number];

/** One condition of a filter; for `in` the value is PostgreSQL's array text. */
export interface Condition {
  column: string;
  operator: Operator;
  value: string;
  negate: boolean;
}

/** Input that the server refuses; the message is the server's. */
export class ParameterError extends Error {}

/** Parses `column=[not.]op.value` conditions, joined by commas outside parentheses and double quotes. */
export function parseFilter(filter: string): Condition[] {
  const trimmed = filter.trim();
  if (trimmed === '') return [];
  try {
    return splitTopLevel(trimmed).map(parseCondition);
  } catch (error) {
    if (error instanceof ParameterError) throw new ParameterError(`Error parsing \`filter\` params: ${error.message}`);
    throw error;
  }
}

function splitTopLevel(filter: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let start = 0;
  let previous = '';
  for (let i = 0; i < filter.length; i += 1) {
    const char = filter.charAt(i);
    if (quoted) {
      if (char === '\\') i += 1;
      else if (char === '"') quoted = false;
    } else if (char === '"' && /[.(,]/.test(previous)) quoted = true;
    else if (char === '(') depth += 1;
    else if (char === ')') depth = Math.max(0, depth - 1);
    else if (char === ',' && depth === 0) {
      parts.push(filter.slice(start, i));
      start = i + 1;
      previous = '';
      continue;
    }
    previous = char;
  }
  parts.push(filter.slice(start));
  return parts;
}

function parseCondition(segment: string): Condition {
  const trimmed = segment.trim();
  if (trimmed === '') throw new ParameterError('filter must not contain empty segments (check for extra commas)');
  const [column, rest] = splitOnce(trimmed, '=');
  if (rest === undefined) throw new ParameterError(`[${inspectString(column)}]`);
  const negate = rest.startsWith('not.');
  const [operator, value] = splitOnce(negate ? rest.slice('not.'.length) : rest, '.');
  if (value === undefined) throw new ParameterError(`[${inspectString(operator)}]`);
  if (!isOperator(operator)) throw new ParameterError(`[${inspectString(operator)}, ${inspectString(value)}]`);
  return { column, operator, value: operator === 'in' ? arrayText(value) : unquote(value), negate };
}

function isOperator(text: string): text is Operator {
  return (operators as readonly string[]).includes(text);
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function arrayText(value: string): string {
  if (value.length < 2 || !value.startsWith('(') || !value.endsWith(')')) {
    throw new ParameterError('`in` filter value must be wrapped by parentheses');
  }
  return `{${value.slice(1, -1)}}`;
}

/** Takes the quotes off a value that is one quoted string; anything else stays as it is. */
function unquote(value: string): string {
  if (!/^"(?:[^"\\]|\\[\s\S])*"$/.test(value)) return value;
  return value.slice(1, -1).replace(/\\([\s\S])/g, '$1');
}

/** What one entry of `postgres_changes` asks for. */
export interface ChangeParameters {
  event: '*' | 'INSERT' | 'UPDATE' | 'DELETE';
  /** `*` is any schema, as is `*` for the table. */
  schema: string;
  table: string;
  conditions: readonly Condition[];
  select: readonly string[] | null;
}

/** Reads an entry of a join's `postgres_changes`; throws ParameterError with the server's message. */
export function parseParameters(entry: Readonly<Record<string, unknown>>): ChangeParameters {
  const select = parseSelect(entry.select);
  const parameters = parseTarget(entry, parseEvent(entry.event), select);
  if (select !== null && (parameters.schema === '*' || parameters.table === '*')) {
    throw new ParameterError(
      'Column selection is not supported for wildcard subscriptions. Provide an explicit schema and table name.',
    );
  }
  return parameters;
}

function parseTarget(
  entry: Readonly<Record<string, unknown>>,
  event: ChangeParameters['event'],
  select: readonly string[] | null,
): ChangeParameters {
  const { schema, table, filter } = entry;
  const hasTable = 'table' in entry;
  const hasFilter = 'filter' in entry;
  if (typeof schema === 'string' && typeof table === 'string') {
    if (typeof filter === 'string') return { event, schema, table, conditions: parseFilter(filter), select };
    if (!hasFilter) return { event, schema, table, conditions: [], select };
  }
  if (typeof schema === 'string' && !hasTable && !hasFilter)
    return { event, schema, table: '*', conditions: [], select };
  if (typeof table === 'string' && !('schema' in entry) && !hasFilter) {
    return { event, schema: 'public', table, conditions: [], select };
  }
  const shown = 'user_token' in entry || 'auth_token' in entry ? '<redacted>' : inspectTerm(entry);
  throw new ParameterError(
    `No subscription params provided. Please provide at least a \`schema\` or \`table\` to subscribe to: ${shown}`,
  );
}

function parseEvent(event: unknown): ChangeParameters['event'] {
  const upper = typeof event === 'string' ? event.toUpperCase() : '*';
  return upper === 'INSERT' || upper === 'UPDATE' || upper === 'DELETE' ? upper : '*';
}

function parseSelect(select: unknown): readonly string[] | null {
  if (typeof select === 'string') {
    throw new ParameterError(
      'Error parsing `select` params: expected a list of column name strings, e.g. select: ["col1", "col2"]',
    );
  }
  if (!Array.isArray(select)) return null;
  const columns = select.filter((column): column is string => typeof column === 'string');
  return columns.length === 0 ? null : columns;
}

/** The parameters as the server's messages list them. */
export function describeParameters({ event, schema, table, conditions, select }: ChangeParameters): string {
  const filters = conditions.map(
    ({ column, operator, value, negate }) =>
      `{${inspectString(column)}, ${inspectString(operator)}, ${inspectString(value)}, ${String(negate)}}`,
  );
  return `[event: ${event}, schema: ${schema}, table: ${table}, filters: [${filters.join(', ')}], select: ${inspectTerm(select)}]`;
}
