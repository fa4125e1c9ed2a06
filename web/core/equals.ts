/**
 * The filter for rows whose column has this value, with the value in quotes where it holds something that a filter would read as its own:
 * `equals('business_id', id)` is `business_id=eq.…`. For values that people typed, in particular.
 */
export function equals<Column extends string>(column: Column, value: string | number): `${Column}=eq.${string}` {
  const text = String(value);
  const isPlain = /^[^\s,()"\\]+$/.test(text);
  return `${column}=eq.${isPlain ? text : `"${text.replace(/["\\]/g, '\\$&')}"`}`;
}
