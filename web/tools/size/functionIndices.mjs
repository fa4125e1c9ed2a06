import { Cursor, encodeNumber } from './cursor.mjs';

/** `call`, `return_call` and `ref.func`: the index of a function follows. */
const takingFunction = new Set([0x10, 0x12, 0xd2]);

/** Bytes of a module taken apart at the indices of functions in them, so that they can be written with others. */
class Splitter extends Cursor {
  /** @type {Uint8Array[]} */
  #parts = [];
  /** @type {number[]} */
  #functions = [];
  #start = 0;

  functionIndex() {
    this.#parts.push(this.bytes.subarray(this.#start, this.at));
    this.#functions.push(this.number());
    this.#start = this.at;
  }

  /**
   * @param {(index: number) => number} renumber
   * @returns {Buffer}
   */
  join(renumber) {
    const renumbered = this.#functions.map((index) => Buffer.from(encodeNumber(renumber(index))));
    const pairs = this.#parts.flatMap((part, position) => [part, renumbered[position] ?? Buffer.of()]);
    return Buffer.concat([...pairs, this.bytes.subarray(this.#start)]);
  }
}

/**
 * The reader of each section that names functions as a whole.
 *
 * @type {Readonly<Record<string, (splitter: Splitter) => void>>}
 */
const readers = { export: readExports, start: readStart, element: readElements };

/**
 * A section other than the code, with other indices of functions.
 *
 * @param {string} name
 * @param {Uint8Array} content
 * @param {(index: number) => number} renumber
 * @returns {Buffer}
 */
export function renumberSection(name, content, renumber) {
  const splitter = new Splitter(content, 0);
  readers[name]?.(splitter);
  return splitter.join(renumber);
}

/**
 * An entry of the code section with other indices of functions.
 *
 * @param {Uint8Array} body without its length
 * @param {(index: number) => number} renumber
 * @returns {Buffer}
 * @throws Error at an instruction that it does not know
 */
export function renumberBody(body, renumber) {
  const splitter = new Splitter(body, 0);
  for (let groups = splitter.number(); groups > 0; groups--) splitter.skip(2); // how many locals, and of which type
  while (splitter.at < body.length) readInstruction(splitter);
  return splitter.join(renumber);
}

/**
 * @param {Splitter} splitter
 */
function readExports(splitter) {
  for (let left = splitter.number(); left > 0; left--) {
    splitter.name();
    const isFunction = splitter.byte() === 0;
    if (isFunction) splitter.functionIndex();
    else splitter.number();
  }
}

/**
 * @param {Splitter} splitter
 */
function readStart(splitter) {
  splitter.functionIndex();
}

/**
 * @param {Splitter} splitter
 */
function readElements(splitter) {
  const end = 0x0b;
  for (let left = splitter.number(); left > 0; left--) {
    const kind = splitter.number();
    if (kind !== 0) throw new Error(`Element segments of kind ${kind} are not known`);
    while (readInstruction(splitter) !== end);
    for (let functions = splitter.number(); functions > 0; functions--) splitter.functionIndex();
  }
}

/**
 * https://webassembly.github.io/spec/core/binary/instructions.html
 *
 * @param {Splitter} splitter
 * @returns {number} the opcode
 */
function readInstruction(splitter) {
  const opcode = splitter.byte();
  if (takingFunction.has(opcode)) splitter.functionIndex();
  else if (opcode === 0x0e)
    splitter.skip(splitter.number() + 1); // br_table
  else if (opcode === 0x1c)
    splitter.skip(splitter.number()); // select with types
  else if (opcode === 0x43)
    splitter.at += 4; // f32.const
  else if (opcode === 0x44)
    splitter.at += 8; // f64.const
  else if (opcode === 0xfc) splitter.skip(numbersOfMemoryOperation(splitter.number()));
  else if (opcode === 0xfd) skipVectorOperands(splitter, splitter.number());
  else if (opcode > 0xd2) throw new Error(`The instruction 0x${opcode.toString(16)} is not known`);
  else splitter.skip(numbersAfter(opcode));
  return opcode;
}

/**
 * @param {number} opcode
 */
function numbersAfter(opcode) {
  const block = opcode >= 0x02 && opcode <= 0x04;
  const branch = opcode === 0x0c || opcode === 0x0d;
  const indirectCall = opcode === 0x11 || opcode === 0x13;
  const variable = opcode >= 0x20 && opcode <= 0x26;
  const loadOrStore = opcode >= 0x28 && opcode <= 0x3e;
  const memorySizeOrConstant = opcode >= 0x3f && opcode <= 0x42;
  const nullReference = opcode === 0xd0;
  if (loadOrStore || indirectCall) return 2;
  return block || branch || variable || memorySizeOrConstant || nullReference ? 1 : 0;
}

/**
 * Conversions that saturate, and operations on blocks of memory and on tables.
 *
 * @param {number} operation
 */
function numbersOfMemoryOperation(operation) {
  if (operation < 8) return 0;
  return [8, 10, 12, 14].includes(operation) ? 2 : 1;
}

/**
 * @param {Splitter} splitter
 * @param {number} operation
 */
function skipVectorOperands(splitter, operation) {
  const loadOrStore = operation <= 11 || operation === 92 || operation === 93;
  const constantOrShuffle = operation === 12 || operation === 13;
  const lane = operation >= 21 && operation <= 34;
  const loadOrStoreLane = operation >= 84 && operation <= 91;
  if (loadOrStore || loadOrStoreLane) splitter.skip(2);
  if (lane || loadOrStoreLane) splitter.at++;
  if (constantOrShuffle) splitter.at += 16;
}
