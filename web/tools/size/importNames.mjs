import { encodeNumber } from './cursor.mjs';
import { readEntries, readSections, skipImportKind, writeSection } from './wasmFile.mjs';

/** What Emscripten's glue gives to the module; the name of the object depends on the version. */
const given = /\b(?:asmLibraryArg|wasmImports)\s*=\s*\{[^}]*\}/u;
const member = /(["']?)([\w$]+)\1(\s*:\s*)([\w$]+)/gu;

/**
 * The same module and glue with the short names of the imports in the order of their long ones. Emscripten gives the
 * shortest name to what is used most, so that two modules that import the same may need different glue.
 *
 * @param {string} glue
 * @param {Uint8Array} bytes
 * @returns {{ glue: string, bytes: Uint8Array } | null} null when the glue is of a form that it does not know
 */
export function nameImports(glue, bytes) {
  const [object] = given.exec(glue) ?? [];
  if (object === undefined) return null;
  const members = [...object.matchAll(member)].map(([, , short = '', , long = '']) => ({ short, long }));
  const names = newNames(members);
  const renamed = object.replace(
    member,
    (
      _,
      /** @type {string} */ quote,
      /** @type {string} */ short,
      /** @type {string} */ colon,
      /** @type {string} */ long,
    ) => `${quote}${names.get(short) ?? short}${quote}${colon}${long}`,
  );
  return { glue: glue.replace(object, () => renamed), bytes: renameImports(bytes, names) };
}

/**
 * @param {readonly { short: string, long: string }[]} members
 * @returns {ReadonlyMap<string, string>} the new short name of each old one
 */
function newNames(members) {
  const shorts = members.map(({ short }) => short).sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  const byLong = [...members].sort((a, b) => (a.long < b.long ? -1 : 1));
  return new Map(byLong.map(({ short }, n) => [short, shorts[n] ?? short]));
}

/**
 * @param {Uint8Array} bytes
 * @param {ReadonlyMap<string, string>} names
 */
function renameImports(bytes, names) {
  const sections = readSections(bytes);
  const entries = readEntries(sections, 'import', (cursor) => renameImport(cursor, names));
  const content = Buffer.concat([Buffer.from(encodeNumber(entries.length)), ...entries]);
  const written = sections.map((section) =>
    writeSection(section.id, section.name === 'import' ? content : section.content),
  );
  return Buffer.concat([bytes.subarray(0, 8), ...written]); // the magic number and the version, and then sections
}

/**
 * @param {import('./cursor.mjs').Cursor} cursor
 * @param {ReadonlyMap<string, string>} names
 */
function renameImport(cursor, names) {
  const [module, short] = [cursor.name(), cursor.name()];
  const from = cursor.at;
  skipImportKind(cursor);
  const kind = cursor.bytes.subarray(from, cursor.at);
  return Buffer.concat([writeName(module), writeName(names.get(short) ?? short), kind]);
}

/**
 * @param {string} name
 */
function writeName(name) {
  const text = Buffer.from(name);
  return Buffer.concat([Buffer.from(encodeNumber(text.length)), text]);
}
