import { plainValues, type ValueReader } from './values.js';
import { SwitchboardError } from '../api/errors.js';
import { Loading } from '../base/loading.js';
import type { NumbersOption } from '../api/options.js';

/**
 * What reads rows for the option `numbers`. The parser of exact numbers is loaded only here.
 *
 * @throws SwitchboardError LOAD_FAILED
 */
export async function valueReader(
  numbers: NumbersOption,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ValueReader> {
  if (numbers === 'number') return plainValues;
  try {
    const { exactValues } = await new Loading(() => import('./exactNumbers.js'), timeoutMs).until(signal);
    return exactValues(numbers);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SwitchboardError(
      'LOAD_FAILED',
      'numbers',
      `The parser that \`numbers: '${numbers}'\` needs, the package lossless-json, could not be loaded: ${reason}. ` +
        "Where no bundler resolves packages, name it in the page's import map; or leave `numbers` out.",
      error,
    );
  }
}
