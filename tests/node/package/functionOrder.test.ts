import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renumberBody } from '../../../web/tools/size/functionIndices.mjs';
import { orderBySimilarity, orderFunctions } from '../../../web/tools/size/functionOrder.mjs';
import { pack, readShipped } from '../../../web/tools/size/packed.mjs';
import { readWasm } from '../../../web/tools/size/wasmFile.mjs';

const section = (id: number, ...content: number[]): number[] => [id, content.length, ...content];
const body = (...code: number[]): number[] => [code.length + 2, 0, ...code, 0x0b];
/** Writes `value` to the memory's byte at `address`. */
const store = (address: number, value: number): number[] => [0x41, address, 0x41, value, 0x3a, 0, 0];
const call = (index: number): number[] => [0x10, index];
const imported = 0; // the index of the imported function

// The first and the third of its functions resemble each other.
const module = Uint8Array.from([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...section(1, 2, 0x60, 0, 0, 0x60, 0, 1, 0x7f), // types: () -> (), () -> i32
  ...section(2, 1, 1, 0x65, 1, 0x66, 0, 0), // import e.f: () -> ()
  ...section(3, 4, 0, 1, 0, 0), // functions 1 to 4 and their types
  ...section(4, 1, 0x70, 0, 2), // a table of two functions
  ...section(5, 1, 0, 1), // a memory
  ...section(7, 3, 1, 0x6d, 2, 0, 1, 0x61, 0, 2, 1, 0x62, 0, 4), // exports: the memory m, a, b
  ...section(8, 3), // start
  ...section(9, 1, 0, 0x41, 0, 0x0b, 2, 3, 1), // both elements
  ...section(
    ...[10, 4],
    ...body(...store(1, 11), ...store(2, 22), ...store(3, 33)), // 1
    ...body(0x41, 1, 0x11, 0, 0, 0x41, 7), // 2: calls what element 1 names, function 1, and returns 7
    ...body(...store(1, 11), ...store(2, 22), ...store(3, 44), ...call(imported)), // 3
    ...body(...call(3), ...call(2), 0x1a), // 4
  ),
]);

function run(bytes: Uint8Array): unknown[] {
  const seen: unknown[] = [];
  const compiled = new WebAssembly.Module(Uint8Array.from(bytes));
  const { exports } = new WebAssembly.Instance(compiled, { e: { f: () => seen.push('imported') } });
  const { m, a, b } = exports as { m: WebAssembly.Memory; a: () => number; b: () => void };
  const look = (): unknown => seen.push([...new Uint8Array(m.buffer, 1, 3)]);
  look();
  b();
  look();
  seen.push(a());
  look();
  return seen;
}

describe('the order of functions', () => {
  it('puts functions that resemble each other next to each other', () => {
    const texts = ['one two three', 'OTHER', 'one two four', 'OTHERS'].map((text) => new TextEncoder().encode(text));
    expect(orderBySimilarity(texts)).toEqual([0, 2, 1, 3]);
    expect(orderBySimilarity(texts, { length: 3, start: -1 })).toEqual([3, 1, 0, 2]);
    const { functionSizes } = readWasm(orderFunctions(module));
    expect([...functionSizes].sort()).toEqual([23, 25, 7, 9]);
    expect(Math.abs(functionSizes.indexOf(23) - functionSizes.indexOf(25))).toBe(1);
  });

  it('changes nothing that the module does', () => {
    const before = run(module);
    expect(before).toEqual(['imported', [11, 22, 44], 'imported', [11, 22, 33], 7, [11, 22, 33]]);
    expect(run(orderFunctions(module))).toEqual(before);
  });

  it('is the same when it is taken again from the same module', () => {
    expect(orderFunctions(module)).toEqual(orderFunctions(module));
  });

  it.each([
    ['br_table', [0x0e, 2, 0, 0, 0]],
    ['select with types', [0x1c, 1, 0x7f]],
    ['f32.const', [0x43, 0x10, 0x10, 0x10, 0x10]],
    ['f64.const', [0x44, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10]],
    ['memory.copy', [0xfc, 10, 0, 0]],
    ['memory.fill', [0xfc, 11, 0]],
    ['i32.trunc_sat_f64_s', [0xfc, 2]],
    ['v128.load', [0xfd, 0, 0, 0x10]],
    ['v128.const', [0xfd, 12, ...Array<number>(16).fill(0x10)]],
    ['i8x16.extract_lane_s', [0xfd, 21, 0x10]],
    ['v128.load8_lane', [0xfd, 84, 0, 0x10, 0x10]],
    ['i8x16.bitmask', [0xfd, 100]],
    ['i32.const with the byte of a call', [0x41, 0x90, 0x10]],
  ])('leaves the operands of %s alone', (_, instruction) => {
    const add = (index: number): number => index + 200;
    const code = [...instruction, ...call(1), 0x0b];
    expect([...renumberBody(Uint8Array.from([0, ...code]), add)]).toEqual([0, ...instruction, 0x10, 0xc9, 1, 0x0b]);
  });

  it('refuses an instruction that it does not know', () => {
    expect(() => renumberBody(Uint8Array.of(0, 0xfe, 0, 0x0b), (index) => index)).toThrow(/0xfe is not known/);
  });

  it.each([
    ['wasm', 'switchboard.wasm'],
    ['wasm-numbered', 'switchboard-numbered.wasm'],
  ])('makes the core of build/%s smaller than the linked one', { timeout: 10 * 60_000 }, (folder, file) => {
    const linked = readFileSync(new URL(`../../../build/${folder}/switchboard.wasm`, import.meta.url));
    expect(readShipped(file)).toEqual(orderFunctions(linked));
    expect(pack(readShipped(file)).brotli).toBeLessThan(pack(linked).brotli);
  });
});
