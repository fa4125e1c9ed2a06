// @ts-check
// npm run marks [name…]: measures how both clients fare under each fault, and prints a table. Takes about five minutes; see --help.
import { parseArgs } from 'node:util';
import { openLab } from './lab.mjs';
import { marks } from './marks.mjs';

const names = Object.keys(marks);
const { values, positionals } = parseArgs({ allowPositionals: true, options: { help: { type: 'boolean' } } });
const unknown = positionals.filter((name) => !names.includes(name));
if (values.help === true || unknown.length > 0) {
  process.stdout.write(`usage: npm run marks [-- ${names.join(' | ')} …]\nMeasures all of them, or those named.\n`);
  process.exit(unknown.length > 0 ? 2 : 0);
}

// The reference client says on every import that Node 20 is old.
console.warn = () => undefined;

const lab = await openLab();
process.stdout.write('| fault | realtime-js | switchboard | mark |\n| --- | --- | --- | --- |\n');
try {
  for (const [name, measure] of Object.entries(marks)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    for (const { fault, reference, switchboard, mark } of await measure(lab)) {
      process.stdout.write(`| ${fault} | ${reference} | ${switchboard} | ${mark} |\n`);
    }
  }
} finally {
  await lab.close();
}
