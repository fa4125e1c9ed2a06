import { createRequire } from 'node:module';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const entry = createRequire(import.meta.url)
  .resolve('switchboard-realtime')
  .replace(/\.js$/u, '.d.ts');
const strict: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  noEmit: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
};

/** What the compiler says of the package's declarations in an application that has these libraries and types. */
function errorsWith(lib: string[], types: string[]): string[] {
  const host = ts.createCompilerHost(strict);
  host.getCurrentDirectory = () => join(import.meta.dirname, '../../..');
  const program = ts.createProgram([entry], { ...strict, lib, types }, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ file, messageText }) => `${file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
}

describe('the declarations of the manager compile, checked whole', () => {
  it.each([
    ['in a worker', ['lib.es2022.d.ts', 'lib.webworker.d.ts'], []],
    ['in Node, without the types of the DOM', ['lib.es2023.d.ts'], ['node']],
  ])('%s', { timeout: 120_000 }, (_, lib, types) => {
    expect(errorsWith(lib, types)).toEqual([]);
  });
});
