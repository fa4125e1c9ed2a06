import { SwitchboardError } from '../../core/index.js';

/**
 * Bundlers put a text in place of `process.env.NODE_ENV`. Where nobody did, and there is no `process` either, it is taken for production: a page must not
 * break over what only a developer can fix.
 */
function isProduction(): boolean {
  try {
    return process.env.NODE_ENV === 'production';
  } catch {
    return true;
  }
}

const reported = new Set<string>();

/**
 * Deals with a mistake in the use of a hook or component. In development it is thrown, so that nobody overlooks it; in production it is written to the
 * console, once, and the rest of the page lives on.
 *
 * @throws SwitchboardError in development.
 */
export function mistake(error: SwitchboardError): void {
  if (!isProduction()) throw error;
  if (reported.has(error.message)) return;
  reported.add(error.message);
  console.error(error);
}

/**
 * Runs what may throw a `SwitchboardError` over an argument, and names the component it came from.
 *
 * @returns what `run` returned; null when it threw, in production.
 * @throws SwitchboardError in development.
 */
export function guarded<T>(component: string, run: () => T): T | null {
  try {
    return run();
  } catch (error) {
    if (!isSwitchboardError(error)) throw error;
    mistake(new SwitchboardError(error.code, error.option, `${component}: ${error.message}`, error));
    return null;
  }
}

/** By its name: a page may hold this package twice. */
function isSwitchboardError(error: unknown): error is SwitchboardError {
  return error instanceof Error && error.name === 'SwitchboardError';
}
