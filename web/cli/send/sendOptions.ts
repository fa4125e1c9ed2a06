import { Command, InvalidArgumentError, Option } from 'commander';
import {
  apikeyOption,
  checkRequired,
  colorOption,
  jsonOption,
  parseSeconds,
  required,
  requiredEither,
  tokenFileOption,
  urlOption,
} from '../commonOptions.js';
import { EXIT_HELP } from '../exitCodes.js';
import { notes } from '../helpText.js';
import type { ColourChoice } from '../style.js';
import { PayloadError, readPayload } from './payload.js';

/** What `send` was asked to do. */
export interface SendOptions {
  url: string;
  apikey: string;
  /** See `ConnectionOptions`. */
  tokenFile: string | null;
  /** Without `realtime:`. */
  channel: string;
  event: string;
  /** Null: one per line of standard input. */
  payload: { value: unknown } | null;
  private: boolean;
  /** Wait for the server's answer to each. */
  ack: boolean;
  /** Over HTTP, without a socket. */
  rest: boolean;
  /** How long each may take, in ms. */
  timeoutMs: number;
  json: boolean;
  color: ColourChoice;
}

/** As commander hands them over. */
interface Flags {
  url: string;
  apikey: string;
  tokenFile?: string;
  channel: string;
  event: string;
  payload?: { value: unknown };
  stdin?: true;
  private?: true;
  ack?: true;
  rest?: true;
  timeout: number;
  json?: true;
  color: ColourChoice;
}

const TIMEOUT_S = 10;

const NOTES = `
Sends broadcasts, and prints one line for each: JSON when --json is given or the
output is no terminal. Its outcome is
  sent            it went out; nobody has confirmed it
  acknowledged    the server has taken it (with --ack or --rest)
  unacknowledged  no answer to --ack: on a private channel mostly for want of an
                  INSERT policy, see doctor --channel
  refused         the server does not take it, or refuses the channel
  unreachable     no connection in time, or it was lost before the answer

Examples:
  $ switchboard-realtime send --channel room:7 --event cursor \\
      --payload '{"x":1}'
  $ switchboard-realtime send --channel news --event item --private --ack \\
      --stdin < items.jsonl
  $ switchboard-realtime send --channel news --event item --rest --payload '{}'

${EXIT_HELP}`;

/** The command `send`; `run` gets its checked options. */
export function sendCommand(run: (options: SendOptions) => Promise<void>): Command {
  const [payload, stdin] = requiredEither(
    new Option('--payload <json>', 'what to send').argParser(parsePayload),
    new Option('--stdin', 'send each line of standard input, which is JSON'),
  );
  return new Command('send')
    .description('send broadcasts on a channel')
    .addOption(required(urlOption()))
    .addOption(required(apikeyOption()))
    .addOption(required(new Option('--channel <name>', 'the channel')))
    .addOption(required(new Option('--event <event>', 'the name of the event')))
    .addOption(payload)
    .addOption(stdin.conflicts('payload'))
    .option('--private', 'the channel is private')
    .option('--ack', 'wait until the server has taken each')
    .option('--rest', 'over HTTP, without joining the channel')
    .addOption(tokenFileOption())
    .addOption(
      new Option('--timeout <s>', 'how long each may take, in seconds').argParser(parseSeconds).default(TIMEOUT_S),
    )
    .addOption(jsonOption())
    .addOption(colorOption())
    .addHelpText('after', notes(NOTES))
    .action((flags: Flags, command: Command) => {
      checkRequired(command);
      return run(fromFlags(flags));
    });
}

function fromFlags(flags: Flags): SendOptions {
  return {
    url: flags.url,
    apikey: flags.apikey,
    tokenFile: flags.tokenFile ?? null,
    channel: flags.channel,
    event: flags.event,
    payload: flags.payload ?? null,
    private: flags.private ?? false,
    ack: flags.ack ?? false,
    rest: flags.rest ?? false,
    timeoutMs: flags.timeout * 1_000,
    json: flags.json ?? false,
    color: flags.color,
  };
}

function parsePayload(text: string): { value: unknown } {
  try {
    return { value: readPayload(text) };
  } catch (error) {
    if (error instanceof PayloadError) throw new InvalidArgumentError(`It ${error.message}.`);
    throw error;
  }
}
