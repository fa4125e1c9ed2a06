import { FILE_FLAGS, FORMAT_VERSION, LAYOUTS, MAGIC, type WireKind } from '../../../../web/recording/wire.js';
import { checksum } from '../../../../web/recording/readRecording.js';

export type WireEntry = { at: number; kind: WireKind } & Record<string, string | number>;

export interface WrittenHead {
  startedAt?: number;
  monotonicMs?: number;
  takenAtMs?: number;
  createdBy?: string;
  options?: string;
  frames?: boolean;
  overwritten?: boolean;
  version?: number;
  firstAtMs?: number;
}

/** A recording as the core writes it, for tests of what reads it. */
export function writeRecording(entries: readonly WireEntry[], head: WrittenHead = {}): Uint8Array {
  const texts: string[] = [];
  const body: number[] = [];
  let last = head.firstAtMs ?? 0;
  for (const entry of entries) {
    const bytes = entryBytes(entry, entry.at - last, texts);
    last = entry.at;
    body.push(...varint(bytes.length), ...bytes);
  }
  const flags = (head.frames ? FILE_FLAGS.frames : 0) | (head.overwritten ? FILE_FLAGS.overwritten : 0);
  const file = [
    ...[...MAGIC, head.version ?? FORMAT_VERSION, flags],
    ...[
      ...varint(head.startedAt ?? 1_700_000_000_000),
      ...varint(head.monotonicMs ?? 0),
      ...varint(head.takenAtMs ?? last),
    ],
    ...[...sized(head.createdBy ?? 'switchboard-realtime 0.1.0'), ...sized(head.options ?? '')],
    ...[...varint(texts.length), ...texts.flatMap(sized)],
    ...[...varint(head.firstAtMs ?? 0), ...varint(body.length), ...body],
  ];
  const sum = checksum(Uint8Array.from(file));
  return Uint8Array.from([...file, sum & 255, (sum >>> 8) & 255, (sum >>> 16) & 255, sum >>> 24]);
}

function entryBytes(entry: WireEntry, delta: number, texts: string[]): number[] {
  const number = LAYOUTS.findIndex((layout) => layout?.kind === entry.kind);
  const layout = LAYOUTS[number];
  if (layout === undefined) throw new Error(`no kind ${entry.kind}`);
  const bytes = [number, ...varint(delta)];
  for (const { name, type } of layout.fields) {
    const value = entry[name] ?? (type === 't' ? '' : 0);
    if (type === 't') bytes.push(...interned(String(value), texts));
    else bytes.push(...varint(type === 'u' ? Number(value) : zigzag(Number(value))));
  }
  return bytes;
}

function interned(text: string, texts: string[]): number[] {
  if (text.length === 0 || text.length > 40) {
    const bytes = new TextEncoder().encode(text);
    return [...varint(bytes.length * 2), ...bytes];
  }
  if (!texts.includes(text)) texts.push(text);
  return varint(texts.indexOf(text) * 2 + 1);
}

function sized(text: string): number[] {
  const bytes = new TextEncoder().encode(text);
  return [...varint(bytes.length), ...bytes];
}

function zigzag(value: number): number {
  return value < 0 ? -value * 2 - 1 : value * 2;
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return [...bytes, rest];
}
