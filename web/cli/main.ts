import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Command, CommanderError } from 'commander';
import { SwitchboardError } from '../core/index.js';
import { doctorCommand, type DoctorOptions } from './doctor/doctorOptions.js';
import { runDoctor } from './doctor/terminal.js';
import { explainFile } from './explain/explain.js';
import { explainCommand, type ExplainOptions } from './explain/explainOptions.js';
import { explainText } from './explain/explainText.js';
import { EXIT, EXIT_HELP } from './exitCodes.js';
import { helpWidth, notes } from './helpText.js';
import { jsonText } from './listen/outputLines.js';
import { listen } from './listen/listen.js';
import type { ListenOutput } from './listen/listenOutput.js';
import { listenCommand, type ListenOptions } from './listen/listenOptions.js';
import { TextOutput } from './output.js';
import { PlainText } from './listen/plainText.js';
import { send } from './send/send.js';
import { sendCommand, type SendOptions } from './send/sendOptions.js';
import { sentText } from './send/sentLine.js';
import { top } from './top/top.js';
import { topCommand, type TopOptions } from './top/topOptions.js';
import { styleOf, type ColourChoice } from './style.js';

const NAME = 'switchboard-realtime';
/** How long an interrupted command may take to close its connections. */
const GRACE_MS = 20;

/** Ends the command; the reason is its exit code. */
const stop = new AbortController();
for (const [signal, number] of [
  ['SIGINT', 2],
  ['SIGTERM', 15],
] as const) {
  process.once(signal, () => {
    stop.abort(128 + number);
  });
}

const stderr = new TextOutput(process.stderr, () => undefined);
const output: { error: Error | null } = { error: null };
const stdout = new TextOutput(process.stdout, (error) => {
  output.error = error;
  if (error !== null) stderr.write(`${NAME}: the output can't be written: ${error.message}\n`);
});

function log(message: string): void {
  stderr.write(`${message}\n`);
}

/** An interrupted command is not waited for: what it awaits may take long, such as a database that does not answer. */
async function run(command: () => Promise<number>): Promise<void> {
  const interrupted = new Promise<never>(() => {
    stop.signal.addEventListener('abort', () => {
      setTimeout(() => process.exit(stop.signal.reason as number), GRACE_MS);
    });
  });
  process.exitCode = await Promise.race([command(), interrupted]);
  if (stop.signal.aborted) process.exit(stop.signal.reason as number);
}

function printsJson({ json, color }: { json: boolean; color: ColourChoice }): boolean {
  return json || !(process.stdout.isTTY || color === 'always');
}

function runListen(options: ListenOptions): Promise<void> {
  const plain = new PlainText(
    options.subscriptions,
    options.channels,
    styleOf(process.stdout, process.env, options.color),
  );
  const asJson = printsJson(options);
  const lines: ListenOutput = {
    line: (line) => {
      const text = asJson ? jsonText(line) : plain.textOf(line);
      if (text !== '') stdout.write(`${text}\n`);
    },
    log,
    stdout,
  };
  if (!asJson) stdout.write(plain.heading());
  return run(() => listen(options, lines, stop.signal));
}

function runSend(options: SendOptions): Promise<void> {
  const style = styleOf(process.stdout, process.env, options.color);
  const asJson = printsJson(options);
  return run(() =>
    send(options, {
      line: (line) => {
        stdout.write(`${asJson ? JSON.stringify(line) : sentText(line, style)}\n`);
      },
      log,
      lines: () => createInterface({ input: process.stdin }),
    }),
  );
}

function startDoctor(options: DoctorOptions): Promise<void> {
  return run(() => runDoctor(options, stdout, log, stop.signal));
}

function runExplain(options: ExplainOptions): Promise<void> {
  const style = styleOf(process.stdout, process.env, options.color);
  const asJson = printsJson(options);
  return run(() =>
    explainFile(options, {
      line: (line) => {
        stdout.write(`${asJson ? JSON.stringify(line) : explainText(line, style)}\n`);
      },
      log,
    }),
  );
}

function runTop(options: TopOptions): Promise<void> {
  return run(() => top(options, { stdin: process.stdin, stdout: process.stdout, log }, stop.signal));
}

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** The exit code for a command that could not run; what went wrong has been written to standard error. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (!(error instanceof SwitchboardError)) throw error;
  log(`${NAME}: ${error.message}`);
  return EXIT.usage;
}

const program = new Command(NAME)
  .description('Realtime connection manager for Supabase')
  .version(version(), '-v, --version')
  .exitOverride()
  // Also beside the long names of options, in a narrow terminal.
  .configureHelp({ minWidthToWrap: 8 })
  .configureOutput({
    writeOut: (text) => {
      stdout.write(text);
    },
    writeErr: (text) => {
      stderr.write(text);
    },
    getOutHelpWidth: () => helpWidth(process.stdout, process.env),
    getErrHelpWidth: () => helpWidth(process.stderr, process.env),
  })
  .showHelpAfterError('Run it with --help for what it takes.')
  .addHelpText(
    'after',
    notes(`
Examples:
  $ ${NAME} listen --url http://127.0.0.1:54321 --apikey "$KEY" \\
      --table bookings
  $ ${NAME} listen --channel news
  $ ${NAME} send --channel news --event item --payload '{"n":1}'
  $ ${NAME} doctor --db "$DATABASE_URL" --tables bookings
  $ ${NAME} listen --help

All commands read SUPABASE_URL, SUPABASE_ANON_KEY and DATABASE_URL where
--url, --apikey and --db are not given.

${EXIT_HELP}`),
  );
program.addCommand(listenCommand(runListen).copyInheritedSettings(program));
program.addCommand(sendCommand(runSend).copyInheritedSettings(program));
program.addCommand(doctorCommand(startDoctor).copyInheritedSettings(program));
program.addCommand(explainCommand(runExplain).copyInheritedSettings(program));
program.addCommand(topCommand(runTop).copyInheritedSettings(program));

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}
await stdout.settled();
if (output.error !== null) process.exitCode = EXIT.output;
