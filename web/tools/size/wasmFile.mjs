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

/** Reads the binary format's numbers and names. https://webassembly.github.io/spec/core/binary */
class Cursor {
  /**
   * @param {Uint8Array} bytes
   * @param {number} at
   */
  constructor(bytes, at) {
    this.bytes = bytes;
    this.at = at;
  }

  byte() {
    return this.bytes[this.at++] ?? 0;
  }

  /** An unsigned LEB128 number. */
  number() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  name() {
    const length = this.number();
    this.at += length;
    return new TextDecoder().decode(this.bytes.subarray(this.at - length, this.at));
  }

  limits() {
    const hasMaximum = (this.byte() & 1) !== 0;
    this.number();
    if (hasMaximum) this.number();
  }
}

/**
 * What a module consists of.
 *
 * @param {Uint8Array} bytes
 * @returns {WasmFile}
 */
export function readWasm(bytes) {
  /** @type {{ name: string, bytes: number }[]} */
  const sections = [];
  /** @type {{ module: string, name: string, kind: number }[]} */
  let imports = [];
  /** @type {number[]} */
  let functionSizes = [];
  const cursor = new Cursor(bytes, 8); // after the magic number and the version
  while (cursor.at < bytes.length) {
    const id = cursor.byte();
    const length = cursor.number();
    const end = cursor.at + length;
    const known = sectionNames[id] ?? `section ${String(id)}`;
    sections.push({ name: id === 0 ? cursor.name() : known, bytes: length });
    if (known === 'import') imports = readImports(cursor);
    if (known === 'code') functionSizes = readSizes(cursor);
    cursor.at = end;
  }
  const importedFunctions = imports.filter(({ kind }) => kind === importKinds.function).length;
  return { sections, imports, functionSizes, importedFunctions };
}

/**
 * @param {Cursor} cursor
 */
function readImports(cursor) {
  return Array.from({ length: cursor.number() }, () => {
    const entry = { module: cursor.name(), name: cursor.name(), kind: cursor.byte() };
    if (entry.kind === importKinds.function) cursor.number();
    if (entry.kind === importKinds.table) cursor.byte();
    if (entry.kind === importKinds.table || entry.kind === importKinds.memory) cursor.limits();
    if (entry.kind === importKinds.global) cursor.at += 2;
    return entry;
  });
}

/**
 * @param {Cursor} cursor
 */
function readSizes(cursor) {
  return Array.from({ length: cursor.number() }, () => {
    const size = cursor.number();
    cursor.at += size;
    return size;
  });
}
