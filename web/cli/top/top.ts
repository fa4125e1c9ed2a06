import { Connection } from '../connection.js';
import { EXIT } from '../exitCodes.js';
import type { TopOptions } from './topOptions.js';

/** What `top` runs on. */
export interface TopTerminal {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly log: (message: string) => void;
}

const ENTER_SCREEN = '\u001b[?1049h';
const LEAVE_SCREEN = '\u001b[?1049l';

/** Shows a connection on the whole screen until it is ended. Returns the exit code. */
export async function top(options: TopOptions, terminal: TopTerminal, signal: AbortSignal): Promise<number> {
  const { stdin, stdout, log } = terminal;
  if (!stdin.isTTY || !stdout.isTTY) {
    log('switchboard-realtime: top needs a terminal for input and output; in a pipe, use listen --json.');
    return EXIT.usage;
  }
  const screen = await import('./topScreen.js').catch((error: unknown) => {
    log(`switchboard-realtime: top needs the packages ink and react (npm install ink react): ${messageOf(error)}`);
    return null;
  });
  if (screen === null) return EXIT.usage;
  const { url, apikey, tokenFile, plan } = options;
  const warnings: string[] = [];
  const connection = new Connection({ url, apikey, tokenFile, pulseMs: null }, (message) => warnings.push(message));
  subscribe(connection, options);
  stdout.write(ENTER_SCREEN);
  const leave = (): void => {
    stdout.write(LEAVE_SCREEN);
  };
  // A signal ends the process before the screen has ended by itself.
  process.once('exit', leave);
  try {
    await screen.showTop({ stdin, stdout, manager: connection.manager, plan, warnings, signal });
  } finally {
    process.off('exit', leave);
    leave();
    await connection.manager.dispose();
  }
  return EXIT.ok;
}

function subscribe({ manager }: Connection, { tables, channels, private: isPrivate }: TopOptions): void {
  const nothing = (): void => undefined;
  for (const { schema, table } of tables) manager.subscribe({ schema, table }, nothing);
  for (const name of channels) manager.channel(name, { private: isPrivate }).onPresence(nothing);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);
}
