const BYTEA = 17;
const numberTypes = new Set([700, 701, 1700]);

/**
 * The text of a column's value as the server's filters see it: bytea has lost its `\x`, and NaN and infinities have
 * become NULL on the way.
 */
export function columnText(text: string | null, typeOid: number): string | null {
  if (text === null) return null;
  if (typeOid === BYTEA) return text.replace(/^\\x/, '');
  if (numberTypes.has(typeOid) && /[NI]/.test(text)) return null;
  return text;
}
