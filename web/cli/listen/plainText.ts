import { stringify } from 'lossless-json';
import { findingText } from '../doctor/report.js';
import type { BroadcastLine, ChangeLine, ConnectionLine, GapLine, OutputLine, StatusLine } from './outputLines.js';
import type { ChannelSource } from './channelOptions.js';
import type { TableOptions } from './listenOptions.js';
import { localTime, printable } from '../plainTexts.js';
import { wrapped, type Style } from '../style.js';

const HANG = '    ';
const LONGEST_VALUE = 60;
const LONGEST_PAYLOAD = 300;
const COLOURS = { INSERT: 'green', UPDATE: 'yellow', DELETE: 'red', TRUNCATE: 'red' } as const;
const PRESENCE_COLOURS = { join: 'green', update: 'yellow', leave: 'red' } as const;

/** A table or a channel. */
interface Source {
  name: string;
  description: string;
}

type Row = Readonly<Record<string, unknown>>;

/** The lines of `listen` for a person at a terminal. */
export class PlainText {
  /** By their numbers, from 1. */
  readonly #sources: readonly Source[];
  readonly #style: Style;
  /** Connections that were tried before: each further try is announced by the line of the failure. */
  readonly #tried = new Set<number>();
  /** What the line of a failed connection said last: the tables and channels on it have the same reason. */
  #saidLast = '';

  constructor(tables: readonly TableOptions[], channels: readonly ChannelSource[], style: Style) {
    this.#sources = [
      ...tables.map(({ schema = 'public', table, filter = '' }) => ({
        ...{ name: table, description: `${schema}.${table}  ${filter}` },
      })),
      ...channels.map(({ name, event }) => ({
        ...{ name, description: `channel ${name}  ${event === null ? '' : `event ${event}`}` },
      })),
    ];
    this.#style = style;
  }

  /** Lists tables and channels by their numbers. */
  heading(): string {
    const lines = this.#sources.map(({ description }, index) => `#${index + 1}  ${printable(description).trimEnd()}\n`);
    return lines.join('');
  }

  /** Empty for what another line already reports. */
  textOf(line: OutputLine): string {
    const text = this.#bodyOf(line);
    if (text === '') return '';
    const time = this.#style.paint('dim', localTime(new Date(line.at)));
    const first = wrapped(`${time}  ${text}`, this.#style.width, '', HANG);
    return line.type === 'hint' ? `${first}\n${findingText(line, this.#style)}` : first;
  }

  #bodyOf(line: OutputLine): string {
    switch (line.type) {
      case 'connection':
        return this.#connection(line);
      case 'status': {
        const colour = line.status === 'SUBSCRIBED' ? 'green' : 'yellow';
        const why = reason(line);
        const words = why !== '' && why === this.#saidLast ? line.code : why;
        const body = `${this.#label(line.subscription)}  ${this.#style.paint(colour, line.status)}  ${words}`.trimEnd();
        return `${body}${roadText(line)}`;
      }
      case 'gap': {
        const word = line.over ? this.#style.paint('green', 'GAP OVER') : this.#style.paint('red', 'GAP');
        return `${this.#label(line.subscription)}  ${word}  ${reason(line)}${numbersText(line)}`;
      }
      case 'hint':
        return this.#label(line.subscription);
      case 'change':
        return this.#change(line);
      case 'broadcast':
        return this.#broadcast(line);
      case 'presence': {
        const word = this.#style.paint(PRESENCE_COLOURS[line.change], line.change.toUpperCase());
        return `${this.#label(line.subscription)}  ${word}  ${printable(line.key)}  ${valueText(line.payload, LONGEST_PAYLOAD)}`;
      }
    }
  }

  #broadcast({ subscription, event, replayed, payload, base64 }: BroadcastLine): string {
    const content =
      base64 === undefined ? valueText(payload, LONGEST_PAYLOAD) : `${Buffer.from(base64, 'base64').length} bytes`;
    const word = this.#style.paint('cyan', printable(event));
    return `${this.#label(subscription)}  ${word}  ${replayed ? `${this.#style.paint('dim', '(replayed)')}  ` : ''}${content}`;
  }

  #connection(line: ConnectionLine): string {
    const { state, connection, nextRetryAt } = line;
    if (state === 'connecting' && this.#tried.has(connection)) return '';
    this.#tried.add(connection);
    const next = nextRetryAt === null ? '' : `  next try at ${localTime(new Date(nextRetryAt))}`;
    const word = this.#style.paint(state === 'open' ? 'green' : 'yellow', state);
    this.#saidLast = reason(line);
    return `connection ${connection}  ${word}  ${this.#saidLast}${next}`.trimEnd();
  }

  #change(line: ChangeLine): string {
    const event = String(line.eventType);
    const word = event in COLOURS ? this.#style.paint(COLOURS[event as keyof typeof COLOURS], event) : printable(event);
    const errors = line.errors === null ? '' : `  ${this.#style.paint('red', valueText(line.errors))}`;
    const number =
      line.number === undefined ? '' : `${this.#style.paint('dim', `no. ${stringify(line.number) ?? ''}`)}  `;
    return `${this.#label(line.subscription)}  ${number}${word}  ${valuesText(line)}${errors}`;
  }

  #label(subscription: number): string {
    const name = this.#sources[subscription - 1]?.name ?? '';
    return this.#style.paint('bold', `#${subscription} ${printable(name)}`);
  }
}

/** Of an UPDATE the first column, which is mostly the key, and what changed, where the old row came whole. */
function valuesText({ eventType, new: after, old: before }: ChangeLine): string {
  if (eventType === 'TRUNCATE') return 'all rows are gone';
  const [row, old] = [(eventType === 'DELETE' ? before : after) as Row, before as Row];
  const names = Object.keys(row);
  if (eventType !== 'UPDATE' || !names.every((name) => name in old)) {
    return names.map((name) => `${printable(name)}=${valueText(row[name])}`).join(' ');
  }
  const texts = names.flatMap((name, index) => {
    const [was, is] = [valueText(old[name], Infinity), valueText(row[name], Infinity)];
    if (was !== is) return [`${printable(name)}: ${cut(was)} → ${cut(is)}`];
    return index === 0 ? [`${printable(name)}=${cut(is)}`] : [];
  });
  return texts.join('  ');
}

function valueText(value: unknown, longest = LONGEST_VALUE): string {
  return cut(printable(stringify(value) ?? ''), longest);
}

function cut(text: string, longest = LONGEST_VALUE): string {
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}

/** Of a tracked table: how its changes come. */
function roadText({ road, fellBack = null }: StatusLine): string {
  if (road === undefined) return '';
  return `  by ${road}${fellBack === null ? '' : ` (${fellBack.code}: ${printable(fellBack.message)})`}`;
}

/** The numbers that a gap lacks. */
function numbersText({ fromNumber, toNumber }: GapLine): string {
  if (fromNumber === undefined) return toNumber === undefined ? '' : `  numbers up to ${toNumber}`;
  if (toNumber === fromNumber) return `  number ${fromNumber}`;
  return `  numbers from ${fromNumber}${toNumber === undefined ? ' on' : ` to ${toNumber}`}`;
}

function reason(line: ConnectionLine | StatusLine | GapLine): string {
  const message = printable(line.message);
  // The state says it already.
  if (line.code === 'CONNECTING') return '';
  if (line.code === 'OK') return message;
  return message === '' ? line.code : `${line.code}: ${message}`;
}
