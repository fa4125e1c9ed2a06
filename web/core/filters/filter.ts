import { type FilterCondition, FILTER_OPERATORS, type FilterOperator } from '../api/filter.js';

/** The text is no filter. The message says where and what to write instead. */
export class FilterSyntaxError extends Error {
  override readonly name = 'FilterSyntaxError';
}

const MAX_IN_VALUES = 100;
const IS_VALUES: readonly string[] = ['null', 'true', 'false', 'unknown'];
const QUOTE_HINT = 'put the value in double quotes and escape " and \\ inside with a backslash';

/**
 * Reads a `filter` as the Realtime server does: conditions separated by commas outside parentheses and double quotes.
 * Blank text is no filter and gives an empty list.
 *
 * Stricter than the server in what can only be a slip: an unclosed quote or parenthesis (the server lets it swallow all
 * conditions after it), an empty column, an empty `in` list, and what the server's database would refuse after the join
 * (more than 100 `in` values, `is` with anything but null, true, false, unknown). A pattern that ends in a backslash it
 * accepts, and then loses changes of all subscribers of the project, since it can't evaluate it.
 *
 * @throws FilterSyntaxError
 */
export function parseFilter(text: string): FilterCondition[] {
  if (typeof (text as unknown) !== 'string') throw new FilterSyntaxError('a filter is text, such as id=eq.5');
  const trimmed = text.trim();
  return trimmed === '' ? [] : splitOutsideGroups(trimmed).map(parseCondition);
}

/** Cuts at top-level commas. A quote opens only right after `.`, `(` or `,`, as on the server. */
function splitOutsideGroups(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let depth = 0;
  let quoted = false;
  let previous = '';
  for (let i = 0; i < text.length; i += 1) {
    const char = text.charAt(i);
    if (quoted) {
      if (char === '\\') i += 1;
      else if (char === '"') quoted = false;
    } else if (char === '"' && (previous === '.' || previous === '(' || previous === ',')) {
      quoted = true;
    } else if (char === '(') {
      depth += 1;
    } else if (char === ')') {
      depth = Math.max(0, depth - 1);
    } else if (char === ',' && depth === 0) {
      parts.push(text.slice(start, i));
      start = i + 1;
      previous = '';
      continue;
    }
    previous = char;
  }
  if (quoted) throw new FilterSyntaxError(`a double quote is never closed: ${QUOTE_HINT}`);
  if (depth > 0) throw new FilterSyntaxError(`a parenthesis is never closed: ${QUOTE_HINT}`);
  parts.push(text.slice(start));
  return parts;
}

function parseCondition(segment: string): FilterCondition {
  const text = segment.trim();
  if (text === '') throw new FilterSyntaxError('a condition is empty: take out the extra comma');
  const equals = text.indexOf('=');
  if (equals < 0) throw new FilterSyntaxError(`"${text}" has no "=": write column=operator.value, such as id=eq.5`);
  const column = text.slice(0, equals);
  if (column.trim() === '') throw new FilterSyntaxError(`"${text}" names no column before "="`);

  const rest = text.slice(equals + 1);
  const negated = rest.startsWith('not.');
  const condition = negated ? rest.slice(4) : rest;
  const dot = condition.indexOf('.');
  if (dot < 0) {
    throw new FilterSyntaxError(`"${text}" has no "." after its operator: write ${column}=eq.${condition}`);
  }
  const name = condition.slice(0, dot);
  const operator = FILTER_OPERATORS.find((known) => known === name);
  if (operator === undefined) {
    throw new FilterSyntaxError(`"${name}" is no operator: use one of ${FILTER_OPERATORS.join(', ')}`);
  }
  return { column, negated, operator, values: parseValues(operator, condition.slice(dot + 1)) };
}

function parseValues(operator: FilterOperator, text: string): readonly string[] {
  if (operator === 'in') return parseList(text);
  const value = unquote(text);
  if (operator === 'is' && !IS_VALUES.includes(value)) {
    throw new FilterSyntaxError(`"is" takes null, true, false or unknown, not "${value}"`);
  }
  if ((operator === 'like' || operator === 'ilike') && /(?:^|[^\\])(?:\\\\)*\\$/u.test(value)) {
    throw new FilterSyntaxError(`the pattern ${value} ends in a backslash that escapes nothing: write it twice`);
  }
  return [value];
}

/** `(a,b,"c,d")`. The server hands the inside to PostgreSQL as an array, so items follow its rules for quotes and braces. */
function parseList(text: string): string[] {
  if (text.length < 2 || !text.startsWith('(') || !text.endsWith(')')) {
    throw new FilterSyntaxError('"in" takes its values in parentheses: in.(a,b)');
  }
  const inside = text.slice(1, -1);
  if (inside.trim() === '') throw new FilterSyntaxError('"in" needs at least one value');
  const items = splitItems(inside).map(parseItem);
  if (items.length > MAX_IN_VALUES) {
    throw new FilterSyntaxError(
      `"in" takes at most ${MAX_IN_VALUES} values, this one has ${items.length}: subscribe twice`,
    );
  }
  return items;
}

function splitItems(inside: string): string[] {
  const items: string[] = [];
  let start = 0;
  let quoted = false;
  for (let i = 0; i < inside.length; i += 1) {
    const char = inside.charAt(i);
    if (char === '\\') {
      i += 1;
    } else if (char === '"') {
      quoted = !quoted;
    } else if (char === ',' && !quoted) {
      items.push(inside.slice(start, i));
      start = i + 1;
    }
  }
  if (quoted) throw new FilterSyntaxError(`a double quote in the list is never closed: ${QUOTE_HINT}`);
  items.push(inside.slice(start));
  return items;
}

function parseItem(item: string): string {
  const text = item.trim();
  if (text === '') throw new FilterSyntaxError('a value of "in" is empty: take out the extra comma, or write ""');
  if (text.startsWith('"')) {
    const value = unquote(text);
    if (value === text) throw new FilterSyntaxError(`text after the closing quote in ${text}: ${QUOTE_HINT}`);
    return value;
  }
  const bare = text.replace(/\\./gsu, '');
  if (/["{}]/u.test(bare)) throw new FilterSyntaxError(`", { and } in ${text} need quoting: ${QUOTE_HINT}`);
  return text.replace(/\\(.)/gsu, '$1');
}

/** Takes the quotes off when they span the whole value; else the value is literal, quotes and all, as on the server. */
function unquote(text: string): string {
  const match = /^"((?:[^"\\]|\\.)*)"$/su.exec(text);
  return match?.[1] === undefined ? text : match[1].replace(/\\(.)/gsu, '$1');
}
