// @ts-check
// npm run marks [name…]: measures how both clients fare under each fault, and prints a table. Takes about twelve minutes; see --help.
import { parseArgs } from 'node:util';
import { openLab } from './lab.mjs';
import { marks } from './marks.mjs';

const names = Object.keys(marks);
const { values, positionals } = parseArgs({ allowPositionals: true, options: { help: { type: 'boolean' } } });
const unknown = positionals.filter((name) => !names.includes(name));
if (values.help === true || unknown.length > 0) {
  process.stdout.write(
    `usage: npm run marks [-- ${names.join(' | ')} …]\nMeasures all of them, or those named. Exits with 1 when a mark is missed.\n`,
  );
  process.exit(unknown.length > 0 ? 2 : 0);
}

// The reference client says on every import that Node 20 is old.
console.warn = () => undefined;

const wanted = Object.entries(marks).filter(([name]) => positionals.length === 0 || positionals.includes(name));
let missed = 0;
const lab = await openLab();
process.stdout.write('| fault | realtime-js | switchboard | mark | |\n| --- | --- | --- | --- | --- |\n');
try {
  for (const [index, [name, measure]] of wanted.entries()) {
    process.stderr.write(`${index + 1} of ${wanted.length}: ${name} …\n`);
    for (const { fault, reference, switchboard, mark, met } of await measure(lab)) {
      const verdict = met === undefined ? '' : met ? 'met' : 'MISSED';
      if (met === false) missed += 1;
      process.stdout.write(`| ${fault} | ${reference} | ${switchboard} | ${mark} | ${verdict} |\n`);
    }
  }
} finally {
  await lab.close();
}
process.stdout.write(missed === 0 ? 'All marks are met.\n' : `${missed} missed.\n`);
process.exitCode = missed === 0 ? 0 : 1;
