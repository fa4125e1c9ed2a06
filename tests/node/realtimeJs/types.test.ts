import { join } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const application = join(import.meta.dirname, 'support/application.ts');

/** The declarations of auth-js fail by themselves, with the types of today's DOM. */
function isConcerned({ file }: ts.Diagnostic): boolean {
  return file?.fileName.includes('@supabase/auth-js/') !== true;
}

/** What the compiler says of the application, with the types of realtime-js or of what is in their place. */
function compile(inItsPlace: string | null): string[] {
  const options: ts.CompilerOptions = {
    ...{ target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext, noEmit: true, types: ['node'] },
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
    // The declarations of supabase-js, too.
    skipLibCheck: false,
    ...(inItsPlace === null ? {} : { paths: { '@supabase/realtime-js': [inItsPlace] } }),
  };
  const program = ts.createProgram([application], options);
  const used = program.getSourceFiles().map(({ fileName }) => fileName);
  const isReplaced = used.some((name) => name.includes('web/realtime-js/dist/'));
  expect(isReplaced).toBe(inItsPlace !== null);
  expect(used.some((name) => name.includes('@supabase/realtime-js/'))).toBe(inItsPlace === null);
  return ts
    .getPreEmitDiagnostics(program)
    .filter(isConcerned)
    .map(({ file, start, messageText }) => {
      const line = file === undefined ? 0 : ts.getLineAndCharacterOfPosition(file, start ?? 0).line + 1;
      return `${file?.fileName ?? ''}:${line} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    });
}

it('an application of supabase-js compiles with the types of realtime-js and with those of the drop-in', () => {
  expect(compile(null)).toEqual([]);
  expect(compile(join(root, 'web/realtime-js/dist/index.d.ts'))).toEqual([]);
}, 120_000);
