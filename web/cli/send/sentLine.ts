import type { SwitchboardErrorCode, ReasonCode } from '../../core/index.js';
import { localTime, printable } from '../plainTexts.js';
import { wrapped, type Colour, type Style } from '../style.js';

/** See the help of `send`. */
export type Outcome = 'sent' | 'acknowledged' | 'unacknowledged' | 'refused' | 'unreachable';

/** What `send` prints: one of these per line, as JSON. `at` is the time by this machine's clock, ISO 8601 in UTC. */
export interface SentLine {
  type: 'sent';
  at: string;
  /** Of standard input, from 1; 1 for `--payload`. */
  line: number;
  channel: string;
  event: string;
  outcome: Outcome;
  code: 'OK' | SwitchboardErrorCode | ReasonCode;
  /** Empty when it was sent. */
  message: string;
}

const COLOURS: Readonly<Record<Outcome, Colour>> = {
  ...({ sent: 'green', acknowledged: 'green' } as const),
  ...({ unacknowledged: 'yellow', refused: 'red', unreachable: 'red' } as const),
};

/** For a person at a terminal. */
export function sentText({ at, line, channel, event, outcome, message }: SentLine, style: Style): string {
  const time = style.paint('dim', localTime(new Date(at)));
  const name = style.paint('bold', printable(`#${line} ${channel}`));
  const text = `${time}  ${name}  ${printable(event)}  ${style.paint(COLOURS[outcome], outcome)}  ${printable(message)}`;
  return wrapped(text.trimEnd(), style.width, '', '    ');
}
