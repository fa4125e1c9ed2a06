import { Cursor, encodeNumber } from './cursor.mjs';

/**
 * @typedef {object} WasmFile
 * @property {readonly { name: string, bytes: number }[]} sections in the file's order; custom ones by their own names
 * @property {readonly { module: string, name: string }[]} imports
 * @property {readonly number[]} functionSizes bytes of each body, in the order of the code section
 * @property {number} importedFunctions how many functions come before the first body's index
 */

const sectionNames = [
  ...[
    'custom',
    'type',
    'import',
    'function',
    'table',
    'memory',
    'global',
    'export',
    'start',
    'element',
    'code',
    'data',
  ],
  ...['data count', 'tag'],
];
const importKinds = { function: 0, table: 1, memory: 2, global: 3 };

/**
 * @typedef {object} Section
 * @property {number} id
 * @property {string} name a custom one's is `custom`
 * @property {Uint8Array} content
 */

/**
 * A module's sections as they are.
 *
 * @param {Uint8Array} bytes
 * @returns {Section[]}
 */
export function readSections(bytes) {
  /** @type {Section[]} */
  const sections = [];
  const cursor = new Cursor(bytes, 8); // after the magic number and the version
  while (cursor.at < bytes.length) {
    const id = cursor.byte();
    sections.push({
      id,
      name: sectionNames[id] ?? `section ${String(id)}`,
      content: cursor.take(cursor.number()),
    });
  }
  return sections;
}

/**
 * The entries of a section that is a list; none when the module has no such section.
 *
 * @template T
 * @param {readonly Section[]} sections
 * @param {string} name
 * @param {(cursor: Cursor) => T} readEntry
 * @returns {T[]}
 */
export function readEntries(sections, name, readEntry) {
  const content = sections.find((section) => section.name === name)?.content ?? Uint8Array.of(0);
  const cursor = new Cursor(content, 0);
  return Array.from({ length: cursor.number() }, () => readEntry(cursor));
}

/**
 * What a module consists of.
 *
 * @param {Uint8Array} bytes
 * @returns {WasmFile}
 */
export function readWasm(bytes) {
  const sections = readSections(bytes);
  const imports = readEntries(sections, 'import', readImport);
  return {
    sections: sections.map(({ id, name, content }) => ({
      name: id === 0 ? new Cursor(content, 0).name() : name,
      bytes: content.length,
    })),
    imports,
    functionSizes: readEntries(sections, 'code', (cursor) => cursor.take(cursor.number()).length),
    importedFunctions: imports.filter(({ kind }) => kind === importKinds.function).length,
  };
}

/**
 * @param {Cursor} cursor
 */
function readImport(cursor) {
  return { module: cursor.name(), name: cursor.name(), kind: skipImportKind(cursor) };
}

/**
 * What follows the names of an import.
 *
 * @param {Cursor} cursor
 */
export function skipImportKind(cursor) {
  const kind = cursor.byte();
  if (kind === importKinds.function) cursor.number();
  if (kind === importKinds.table) cursor.byte();
  if (kind === importKinds.table || kind === importKinds.memory) cursor.limits();
  if (kind === importKinds.global) cursor.at += 2;
  return kind;
}

/**
 * @param {number} id
 * @param {Uint8Array} content
 */
export function writeSection(id, content) {
  return Buffer.concat([Buffer.of(id), withLength(content)]);
}

/**
 * @param {Uint8Array} bytes
 */
export function withLength(bytes) {
  return Buffer.concat([Buffer.from(encodeNumber(bytes.length)), bytes]);
}
