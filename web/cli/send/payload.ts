import { isSafeNumber, parse } from 'lossless-json';

/** What can't be sent; the message continues a sentence. */
export class PayloadError extends Error {}

/** JSON as a value that becomes the same JSON again. @throws PayloadError */
export function readPayload(text: string): unknown {
  try {
    // Of a key that comes twice the last one counts, as everywhere.
    parse(text, null, { parseNumber: checkNumber, onDuplicateKey: ({ newValue }) => newValue });
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof PayloadError) throw error;
    throw new PayloadError(`is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function checkNumber(digits: string): number {
  if (!isSafeNumber(digits)) throw new PayloadError(`holds ${digits}, which would be rounded: make it a string`);
  return Number(digits);
}
