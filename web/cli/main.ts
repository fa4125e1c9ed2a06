import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { SwitchboardError } from '../core/index.js';
import { doctorCommand, type DoctorOptions } from './doctor/doctorOptions.js';
import { jsonText, plainText } from './lines.js';
import { EXIT_DONE, EXIT_USAGE, listen } from './listen.js';
import { listenCommand, type ListenOptions } from './listenOptions.js';
import { runDoctor } from './doctor/terminal.js';
import { LineOutput } from './output.js';

/** Ends the command on SIGINT and SIGTERM, or when the reader of the output has gone. A second signal ends the process the hard way. */
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    stop.abort();
  });
}

async function runListen(options: ListenOptions): Promise<void> {
  const toText = options.json || !process.stdout.isTTY ? jsonText : plainText;
  const stdout = new LineOutput(process.stdout, () => {
    stop.abort();
  });
  const stderr = new LineOutput(process.stderr, () => undefined);
  process.exitCode = await listen(
    options,
    {
      line: (line) => {
        stdout.write(toText(line));
      },
      log: (message) => {
        stderr.write(message);
      },
    },
    stop.signal,
  );
}

async function startDoctor(options: DoctorOptions): Promise<void> {
  process.exitCode = await runDoctor(options, stop.signal);
}

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** The exit code for a command that could not run; what went wrong has been said on standard error. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_DONE : EXIT_USAGE;
  if (!(error instanceof SwitchboardError)) throw error;
  process.stderr.write(`switchboard: ${error.message}\n`);
  return EXIT_USAGE;
}

const program = new Command('switchboard')
  .description('Realtime connection manager for Supabase')
  .version(version())
  .exitOverride()
  .showHelpAfterError('Run it with --help for what it takes.');
program.addCommand(listenCommand(runListen).copyInheritedSettings(program));
program.addCommand(doctorCommand(startDoctor).copyInheritedSettings(program));

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}
