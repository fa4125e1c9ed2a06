import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  packShipped,
  readShipped,
  shippedFiles,
  shippedNumberedFiles,
  statedBudgets,
} from '../../../web/tools/size/packed.mjs';
import { nameImports } from '../../../web/tools/size/importNames.mjs';
import { familyOf, readSymbolMap } from '../../../web/tools/size/symbols.mjs';
import { readWasm } from '../../../web/tools/size/wasmFile.mjs';

const benchmarks = readFileSync(new URL('../../../docs/benchmarks.md', import.meta.url), 'utf8');

describe('the shipped core', () => {
  it('takes no more than its stated budget', () => {
    const { files, total } = packShipped();
    expect(Object.keys(files)).toEqual(shippedFiles);
    expect(total.brotli, JSON.stringify(files)).toBeLessThanOrEqual(statedBudgets(benchmarks).core);
  });

  it('takes no more than another budget where it follows numbered changes', () => {
    const { files, total } = packShipped(shippedNumberedFiles);
    expect(total.brotli, JSON.stringify(files)).toBeLessThanOrEqual(statedBudgets(benchmarks).numbered);
  });

  it('has the same glue in both forms', () => {
    const glueIn = (folder: string) =>
      readFileSync(new URL(`../../../build/${folder}/switchboard.js`, import.meta.url));
    expect(glueIn('wasm-numbered').equals(glueIn('wasm'))).toBe(true);
  });

  it.each(['switchboard.wasm', 'switchboard-numbered.wasm'])('carries nothing in %s that runs nothing', (file) => {
    const { sections } = readWasm(readShipped(file));
    const run = ['type', 'import', 'function', 'table', 'memory', 'global', 'export', 'element', 'data count', 'code'];
    // The last but one says that the module uses SIMD and bulk memory; it is 50 bytes.
    const needed = [...run, 'target_features', 'data'];
    expect(sections.map(({ name }) => name).filter((name) => !needed.includes(name))).toEqual([]);
  });

  it('makes no code out of text', () => {
    expect(readShipped('switchboard.js').toString()).not.toMatch(
      /\beval\b|\bFunction\s*\(|import\s*\(|importScripts\s*\(/,
    );
  });

  it('asks the page for nothing but what its glue gives', () => {
    const { imports } = readWasm(readShipped('switchboard.wasm'));
    expect(new Set(imports.map(({ module }) => module)).size).toBe(1);
    expect(imports.length).toBeLessThan(40);
  });
});

describe('names of imports', () => {
  // A type, () → (), and two functions that are imported from `a` as `a` and `b`.
  const types = [1, 4, 1, 0x60, 0, 0];
  const imports = [2, 13, 2, 1, 0x61, 1, 0x61, 0, 0, 1, 0x61, 1, 0x62, 0, 0];
  const bytes = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...types, ...imports);

  it.each([
    ['var asmLibraryArg={"a":_now,"b":_abort};', 'var asmLibraryArg={"b":_now,"a":_abort};'],
    [
      'wasmImports = { /** @export */ a: _now, /** @export */ b: _abort }',
      'wasmImports = { /** @export */ b: _now, /** @export */ a: _abort }',
    ],
  ])('follow those of the functions, in the glue and in the module: %s', (before, after) => {
    const named = nameImports(before, bytes);
    expect(named?.glue).toBe(after);
    const module = new WebAssembly.Module(Uint8Array.from(named?.bytes ?? []));
    expect(WebAssembly.Module.imports(module).map(({ name }) => name)).toEqual(['b', 'a']);
  });

  it('stay as they are with glue that is not known', () => {
    expect(nameImports('var imports={a:now}', bytes)).toBeNull();
  });
});

describe('the size report', () => {
  const module = Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...[1, 4, 1, 0x60, 0, 0], // type: () -> ()
    ...[2, 7, 1, 1, 0x65, 1, 0x66, 0, 0], // import: e.f, a function
    ...[3, 2, 1, 0], // function
    ...[10, 5, 1, 3, 0, 0x01, 0x0b], // code: one body of three bytes
    ...[0, 5, 4, 0x6e, 0x61, 0x6d, 0x65], // custom: name
  ]);

  it('finds sections, imports and bodies', () => {
    expect(readWasm(module)).toEqual({
      sections: [
        { name: 'type', bytes: 4 },
        { name: 'import', bytes: 7 },
        { name: 'function', bytes: 2 },
        { name: 'code', bytes: 5 },
        { name: 'name', bytes: 5 },
      ],
      imports: [{ module: 'e', name: 'f', kind: 0 }],
      functionSizes: [3],
      importedFunctions: 1,
    });
  });

  it('reads a symbol map with its escapes', () => {
    const names = readSymbolMap('0:abort\n1:f\\28int\\29\n');
    expect([...names]).toEqual([
      [0, 'abort'],
      [1, 'f(int)'],
    ]);
  });

  it.each([
    ['std::vector<int, std::allocator<int> >::push_back(int const&)', 'std::vector'],
    ['void std::sort<int*>(int*, int*)', 'std::sort'],
    ['switchboard::Exchange::plan()', 'switchboard::Exchange'],
    ['switchboard::(anonymous namespace)::append(int)', 'switchboard::(anonymous namespace)'],
    ['malloc', 'malloc'],
  ])('takes %s for a %s', (name, family) => {
    expect(familyOf(name)).toBe(family);
  });

  it('reads the budgets from their page, or reports that there is none', () => {
    const page = 'together at most 12,345 bytes of brotli, with numbers at most 23,456 bytes of brotli';
    expect(statedBudgets(page)).toEqual({ core: 12_345, numbered: 23_456 });
    expect(() => statedBudgets('at most 12,345 bytes of brotli')).toThrow(/does not state/);
  });
});
