/** One column's value in PostgreSQL's own text; null is SQL NULL, undefined a TOAST value that did not change. */
export type TextValue = string | null | undefined;

export interface RelationColumn {
  name: string;
  typeOid: number;
  /** Part of the replica identity. */
  isIdentity: boolean;
}

export interface Relation {
  oid: number;
  schema: string;
  name: string;
  columns: readonly RelationColumn[];
}

export type PgoutputMessage =
  | { kind: 'begin'; committedAt: Date }
  | { kind: 'commit' }
  | { kind: 'relation'; relation: Relation }
  | { kind: 'insert'; relationOid: number; newValues: TextValue[] }
  | { kind: 'update'; relationOid: number; oldValues: TextValue[] | null; newValues: TextValue[] }
  | { kind: 'delete'; relationOid: number; oldValues: TextValue[] }
  | { kind: 'other' };

const POSTGRES_EPOCH_MS = 946_684_800_000n;

/** Decodes one message of the pgoutput plugin, protocol version 1, text values. */
export function decodePgoutput(buffer: Buffer): PgoutputMessage {
  const reader = new Reader(buffer);
  switch (reader.char()) {
    case 'B':
      reader.skip(8);
      return { kind: 'begin', committedAt: reader.timestamp() };
    case 'C':
      return { kind: 'commit' };
    case 'R':
      return { kind: 'relation', relation: relation(reader) };
    case 'I': {
      const relationOid = reader.uint32();
      reader.skip(1);
      return { kind: 'insert', relationOid, newValues: reader.tuple() };
    }
    case 'U': {
      const relationOid = reader.uint32();
      const hasOld = reader.char() !== 'N';
      const oldValues = hasOld ? reader.tuple() : null;
      if (hasOld) reader.skip(1);
      return { kind: 'update', relationOid, oldValues, newValues: reader.tuple() };
    }
    case 'D': {
      const relationOid = reader.uint32();
      reader.skip(1);
      return { kind: 'delete', relationOid, oldValues: reader.tuple() };
    }
    default:
      return { kind: 'other' };
  }
}

function relation(reader: Reader): Relation {
  const oid = reader.uint32();
  const schema = reader.cstring();
  const name = reader.cstring();
  reader.skip(1);
  const columns = Array.from({ length: reader.uint16() }, (): RelationColumn => {
    const isIdentity = (reader.uint8() & 1) === 1;
    const column = { name: reader.cstring(), typeOid: reader.uint32(), isIdentity };
    reader.skip(4);
    return column;
  });
  return { oid, schema: schema === '' ? 'pg_catalog' : schema, name, columns };
}

class Reader {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  skip(bytes: number): void {
    this.#at += bytes;
  }

  uint8(): number {
    return this.#buffer.readUInt8(this.#at++);
  }

  uint16(): number {
    this.#at += 2;
    return this.#buffer.readUInt16BE(this.#at - 2);
  }

  uint32(): number {
    this.#at += 4;
    return this.#buffer.readUInt32BE(this.#at - 4);
  }

  char(): string {
    return String.fromCharCode(this.uint8());
  }

  cstring(): string {
    const end = this.#buffer.indexOf(0, this.#at);
    const text = this.#buffer.toString('utf8', this.#at, end);
    this.#at = end + 1;
    return text;
  }

  /** Microseconds since 2000, cut to the millisecond. */
  timestamp(): Date {
    this.#at += 8;
    return new Date(Number(this.#buffer.readBigInt64BE(this.#at - 8) / 1000n + POSTGRES_EPOCH_MS));
  }

  tuple(): TextValue[] {
    return Array.from({ length: this.uint16() }, () => this.#value());
  }

  #value(): TextValue {
    switch (this.char()) {
      case 'n':
        return null;
      case 'u':
        return undefined;
      default: {
        const length = this.uint32();
        this.#at += length;
        return this.#buffer.toString('utf8', this.#at - length, this.#at);
      }
    }
  }
}
