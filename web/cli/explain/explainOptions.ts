import { Command } from 'commander';
import { colorOption, jsonOption } from '../commonOptions.js';
import { EXIT_HELP } from '../exitCodes.js';
import { notes } from '../helpText.js';
import type { ColourChoice } from '../style.js';

/** What `explain` was asked to do. */
export interface ExplainOptions {
  /** A recording. */
  file: string;
  json: boolean;
  color: ColourChoice;
}

const NOTES = `
Reads a recording, as manager.record(), listen --record or the inspector's
button make it, and says what went wrong in it, what caused that, what healed
it, and what is still not live, with the way out. It needs no server.

With --json one line for each: the recording, its incidents, and what was not
live at its end.

Example:
  $ switchboard-realtime explain switchboard.rec

${EXIT_HELP}`;

/** The command `explain`; `run` gets its checked options. */
export function explainCommand(run: (options: ExplainOptions) => Promise<void>): Command {
  return new Command('explain')
    .description('say what went wrong in a recording, and why')
    .argument('<file>', 'a recording')
    .addOption(jsonOption())
    .addOption(colorOption())
    .addHelpText('after', notes(NOTES))
    .action((file: string, flags: { json?: true; color: ColourChoice }) =>
      run({ file, json: flags.json ?? false, color: flags.color }),
    );
}
