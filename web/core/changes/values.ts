import { type Column, type RowConverter, rowConverter } from './convert.js';

/** How the server's text becomes values. */
export interface ValueReader {
  /** @throws SyntaxError when the text is not JSON. */
  parse(text: string): unknown;
  /** For rows with these columns. */
  converter(columns: readonly Column[]): RowConverter;
}

/** Every number is a JavaScript number. */
export const plainValues: ValueReader = { parse: (text) => JSON.parse(text) as unknown, converter: rowConverter };
