// node nameImports.mjs GLUE WASM: rewrites both, as the first step after the link.
import { readFileSync, writeFileSync } from 'node:fs';
import { nameImports } from './importNames.mjs';

const [gluePath, wasmPath] = process.argv.slice(2);
if (gluePath === undefined || wasmPath === undefined) throw new Error('Usage: node nameImports.mjs GLUE WASM');
const named = nameImports(readFileSync(gluePath, 'utf8'), readFileSync(wasmPath));
if (named === null) {
  process.stderr.write(`${gluePath}: imports keep their names, since the glue of this Emscripten is not known\n`);
} else {
  writeFileSync(gluePath, named.glue);
  writeFileSync(wasmPath, named.bytes);
}
