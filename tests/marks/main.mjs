// @ts-check
import { UsageError } from '../../web/tools/lib/errors.mjs';
import { main, parseArguments, printsHelp } from '../../web/tools/lib/main.mjs';
import { openLab } from './lab.mjs';
import { marks } from './marks.mjs';

const names = Object.keys(marks);
const usage = `npm run marks [-- ${names.join(' | ')} …]

Measures how both clients fare under each fault, all of them or those named, and prints a table. Takes about twelve minutes for all.
Exits with 1 when a mark is missed.

  --help  shows this`;

await main(async (cleanUps) => {
  const { positionals } = parseArguments({ allowPositionals: true, options: { help: { type: 'boolean' } } }, usage);
  if (printsHelp(usage)) return 0;
  const unknown = positionals.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new UsageError(`no fault is called ${JSON.stringify(unknown)}\n\n${usage}`);

  // The reference client says on every import that Node 20 is old.
  console.warn = () => undefined;

  const chosen = Object.entries(marks).filter(([name]) => positionals.length === 0 || positionals.includes(name));
  let missed = 0;
  const lab = await openLab();
  cleanUps.push(() => lab.close());
  process.stdout.write('| fault | realtime-js | switchboard | mark | |\n| --- | --- | --- | --- | --- |\n');
  for (const [index, [name, measure]] of chosen.entries()) {
    process.stderr.write(`${index + 1} of ${chosen.length}: ${name} …\n`);
    for (const { fault, reference, switchboard, mark, met } of await measure(lab)) {
      const verdict = met === undefined ? '' : met ? 'met' : 'MISSED';
      if (met === false) missed += 1;
      process.stdout.write(`| ${fault} | ${reference} | ${switchboard} | ${mark} | ${verdict} |\n`);
    }
  }
  process.stdout.write(missed === 0 ? 'All marks are met.\n' : `${missed} missed.\n`);
  return missed === 0 ? 0 : 1;
});
