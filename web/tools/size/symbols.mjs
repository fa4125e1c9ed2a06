import { run } from '../lib/processes.mjs';
import { findExecutable } from '../lib/paths.mjs';

/**
 * Emscripten's symbol map: a line `index:name` for each function, imports first.
 *
 * @param {string} text
 * @returns {Map<number, string>} mangled names
 */
export function readSymbolMap(text) {
  /** @type {Map<number, string>} */
  const names = new Map();
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    if (colon < 0) continue;
    const name = line
      .slice(colon + 1)
      .replace(/\\([0-9a-f]{2})/g, (_, /** @type {string} */ hex) => String.fromCharCode(Number.parseInt(hex, 16)));
    names.set(Number(line.slice(0, colon)), name);
  }
  return names;
}

/**
 * As C++ writes them, where there is a c++filt.
 *
 * @param {readonly string[]} names
 * @returns {Promise<readonly string[]>}
 */
export async function demangle(names) {
  const program = findExecutable('llvm-cxxfilt', 'c++filt');
  if (program === undefined) return names;
  /** @type {string[]} */
  const plain = [];
  const perCall = 200; // a command line has an end
  for (let start = 0; start < names.length; start += perCall) {
    const { code, output } = await run(program, names.slice(start, start + perCall));
    if (code !== 0) return names;
    plain.push(...output.trimEnd().split('\n'));
  }
  return plain.map((name) => name.replaceAll('std::__2::', 'std::'));
}

/**
 * What a function belongs to: a class of the core or a template of the standard library, whatever its arguments.
 *
 * @param {string} name demangled
 */
export function familyOf(name) {
  const text = name.replace(/^(?:(?:void|bool|non-virtual thunk to|virtual thunk to) )+/, '');
  const found = /^(?:std|emscripten|switchboard|__cxxabiv1)(?:::(?:\(anonymous namespace\)|[A-Za-z_]\w*))/.exec(text);
  return found?.[0] ?? text.replace(/[<(].*$/, '');
}
