/**
 * The filter for rows whose column has this value, with the value in quotes where it holds something that a filter would read as its own:
 * `equals('business_id', id)` is `business_id=eq.…`.
 */
export function equals(column: string, value: string | number): string {
  const text = String(value);
  const isPlain = /^[^\s,()"\\]+$/.test(text);
  return `${column}=eq.${isPlain ? text : `"${text.replace(/["\\]/g, '\\$&')}"`}`;
}
