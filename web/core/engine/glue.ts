import type { Attempt } from '../base/loading.js';
import type { CoreModuleFactory } from './wasmModule.js';

/** How many imports were given up. */
let hung = 0;

/**
 * Imports the script that goes with the .wasm. A runtime makes one request for all imports of an address, so after one that hangs the script is imported by
 * another address as well.
 */
export async function importGlue({ progress, signal }: Attempt): Promise<{ default: CoreModuleFactory }> {
  const givenUp = (): void => void (hung += 1);
  signal.addEventListener('abort', givenUp);
  const first = import('../../wasm/switchboard.js');
  const glue = await (hung === 0 ? first : either(first, importAgain(hung)));
  signal.removeEventListener('abort', givenUp);
  progress();
  return glue;
}

async function importAgain(times: number): Promise<{ default: CoreModuleFactory }> {
  // Bundlers put the script beside the others for this, and leave the import alone.
  const { href } = new URL('../../wasm/switchboard.js', import.meta.url);
  return (await import(/* webpackIgnore: true */ /* @vite-ignore */ `${href}?again=${String(times)}`)) as {
    default: CoreModuleFactory;
  };
}

/** Rejects with what the second one failed with. */
async function either<T>(first: Promise<T>, second: Promise<T>): Promise<T> {
  try {
    return await Promise.any([first, second]);
  } catch {
    return second;
  }
}
