import { SwitchboardError } from '../core/api/errors.js';
import { ByteReader, Unreadable } from './byteReader.js';
import { decode, Fields } from './decode.js';
import type { Recording, RecordingEntry } from './entries.js';
import { FILE_FLAGS, FORMAT_VERSION, LAYOUTS, MAGIC, type KindLayout } from './wire.js';

const CHECKSUM_BYTES = 4;
const CUT_OFF = 'The file is cut off';

type Head = Omit<Recording, 'entries' | 'unknown' | 'damage'> & {
  readonly texts: readonly string[];
  readonly firstAtMs: number;
  readonly entryBytes: number;
};

/**
 * Reads what `manager.record()` gave. A file that is cut off or damaged is read up to that place, and `damage` says so.
 *
 * @throws SwitchboardError BAD_RECORDING when it is no recording, is of a later version, or its head can't be read.
 */
export function readRecording(bytes: Uint8Array): Recording {
  const version = versionOf(bytes);
  const reader = new ByteReader(bytes, MAGIC.length + 1);
  const { texts, firstAtMs, entryBytes, ...head } = readHead(reader, version);
  const missing = reader.at + entryBytes + CHECKSUM_BYTES - bytes.length;
  const end = Math.min(reader.at + entryBytes, bytes.length);
  const part = readEntries(new ByteReader(bytes, reader.at, end), texts, firstAtMs);
  const entries = complete(part.entries, head.monotonicMs);
  return { ...head, entries, unknown: part.unknown, damage: damageOf(bytes, missing, part) };
}

interface Part {
  readonly entries: RecordingEntry[];
  unknown: number;
  /** Where reading stopped before the end; null: it did not. */
  stopped: number | null;
}

function versionOf(bytes: Uint8Array): number {
  const refuse = (message: string) => new SwitchboardError('BAD_RECORDING', '', message);
  if (bytes.length === 0) throw refuse('The file is empty: record again, with manager.record().');
  if (MAGIC.some((byte, i) => i < bytes.length && bytes[i] !== byte)) {
    throw refuse('This is not a recording: give the file that manager.record() or `listen --record` made, as it is.');
  }
  if (bytes.length <= MAGIC.length) throw refuse(`${CUT_OFF} within its first bytes: copy it again as a whole.`);
  const version = bytes[MAGIC.length];
  if (version !== FORMAT_VERSION) {
    throw refuse(
      `The recording has version ${String(version)} of the format, this package reads version ` +
        `${String(FORMAT_VERSION)}: read it with the switchboard-realtime that made it, or a later one.`,
    );
  }
  return version;
}

function readHead(reader: ByteReader, version: number): Head {
  try {
    const flags = reader.byte();
    const startedAt = reader.number();
    const monotonicMs = reader.number();
    const takenAtMs = reader.number();
    const createdBy = reader.text(reader.number());
    const options = reader.text(reader.number());
    const texts: string[] = [];
    for (let left = reader.number(); left > 0; left -= 1) texts.push(reader.text(reader.number()));
    const [firstAtMs, entryBytes] = [reader.number(), reader.number()];
    const isComplete = (flags & FILE_FLAGS.overwritten) === 0;
    const frames = (flags & FILE_FLAGS.frames) !== 0;
    return {
      version,
      createdBy,
      startedAt,
      monotonicMs,
      takenAtMs,
      complete: isComplete,
      frames,
      options,
      texts,
      firstAtMs,
      entryBytes,
    };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    const message = `The head of the recording can't be read (${error.message}): the file is cut off or damaged. Copy it again, or record again.`;
    throw new SwitchboardError('BAD_RECORDING', '', message);
  }
}

function readEntries(reader: ByteReader, texts: readonly string[], firstAtMs: number): Part {
  const part: Part = { entries: [], unknown: 0, stopped: null };
  let atMs = firstAtMs;
  while (!reader.atEnd) {
    const start = reader.at;
    try {
      const entry = reader.part(reader.number());
      const layout = LAYOUTS[entry.byte()];
      atMs += entry.number();
      if (layout === undefined) part.unknown += 1;
      else part.entries.push(decode(layout.kind, readFields(entry, layout, texts), atMs));
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      part.stopped = start;
      break;
    }
  }
  return part;
}

function readFields(reader: ByteReader, layout: KindLayout, texts: readonly string[]): Fields {
  const numbers = new Map<string, number>();
  const found = new Map<string, string>();
  const isBinary = () => ((numbers.get('flags') ?? 0) & 1) !== 0 && layout.kind.startsWith('frame');
  for (const { name, type } of layout.fields) {
    if (reader.atEnd) break;
    if (type === 'u') numbers.set(name, reader.number());
    else if (type === 's') numbers.set(name, reader.signed());
    else found.set(name, readText(reader, texts, isBinary()));
  }
  return new Fields(numbers, found);
}

/** Odd: the number of a text of the head. Even: the size of a text that follows. */
function readText(reader: ByteReader, texts: readonly string[], binary: boolean): string {
  const place = reader.number();
  if (place % 2 === 0) return binary ? reader.binary(place / 2) : reader.text(place / 2);
  const text = texts[(place - 1) / 2];
  if (text === undefined) throw new Unreadable('a text is missing');
  return text;
}

/** With what entries say only together: the socket of a channel, and the wall clock at the core's begin. */
function complete(entries: readonly RecordingEntry[], monotonicMs: number): RecordingEntry[] {
  const socketOf = new Map<string, number>();
  return entries.map((entry) => {
    if (entry.kind === 'clock') return { ...entry, aheadMs: entry.aheadMs + monotonicMs };
    if (entry.kind === 'state' && entry.of === 'channel') {
      return { ...entry, socket: socketOf.get(entry.topic) ?? entry.socket };
    }
    const hasSocket = entry.kind === 'decision' || entry.kind === 'frameIn' || entry.kind === 'frameOut';
    if (hasSocket && entry.topic !== '' && entry.socket !== 0) socketOf.set(entry.topic, entry.socket);
    return entry;
  });
}

function damageOf(bytes: Uint8Array, missing: number, part: Part): string | null {
  const read = `what came before is shown (${String(part.entries.length)} entries)`;
  if (missing > 0) return `${CUT_OFF}, ${String(missing)} bytes are missing: ${read}.`;
  if (part.stopped !== null) return `The file is damaged at byte ${String(part.stopped)}: ${read}.`;
  if (missing < 0) return 'The file goes on after its end: something was appended to it.';
  if (checksum(bytes.subarray(0, -CHECKSUM_BYTES)) === littleEndian(bytes)) return null;
  return 'The file is damaged: its checksum does not match, so some of what is shown may be wrong.';
}

/** FNV-1a, 32 bits. */
export function checksum(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

function littleEndian(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset + bytes.length - CHECKSUM_BYTES).getUint32(0, true);
}
