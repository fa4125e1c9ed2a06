// node orderFunctions.mjs IN OUT: the last step of the module's build.
import { readFileSync, writeFileSync } from 'node:fs';
import { orderFunctions } from './functionOrder.mjs';

const [input, output] = process.argv.slice(2);
if (input === undefined || output === undefined) throw new Error('Usage: node orderFunctions.mjs IN OUT');
writeFileSync(output, orderFunctions(readFileSync(input)));
