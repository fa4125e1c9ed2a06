/** The bytes end before what is to be read does, or it can't be what the writer wrote. */
export class Unreadable extends Error {}

const MOST_VARINT_BYTES = 10;

/** Reads numbers and texts of a recording one after the other. Throws `Unreadable`. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #decoder = new TextDecoder();
  #at: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  get at(): number {
    return this.#at;
  }

  get atEnd(): boolean {
    return this.#at >= this.#end;
  }

  byte(): number {
    const value = this.#at < this.#end ? this.#bytes[this.#at] : undefined;
    if (value === undefined) throw new Unreadable('the bytes end early');
    this.#at += 1;
    return value;
  }

  /** Seven bits in each byte, the lowest first; the highest bit says that there are more. */
  number(): number {
    let value = 0;
    let factor = 1;
    for (let i = 0; i < MOST_VARINT_BYTES; i += 1) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
      factor *= 128;
    }
    throw new Unreadable('a number is too large');
  }

  /** The sign is the lowest bit. */
  signed(): number {
    const value = this.number();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  text(size: number): string {
    return this.#decoder.decode(this.#part(size));
  }

  /** One character for each byte. */
  binary(size: number): string {
    let text = '';
    for (const byte of this.#part(size)) text += String.fromCharCode(byte);
    return text;
  }

  /** A reader of the next `size` bytes. */
  part(size: number): ByteReader {
    const start = this.#at;
    this.#part(size);
    return new ByteReader(this.#bytes, start, this.#at);
  }

  #part(size: number): Uint8Array {
    if (size > this.#end - this.#at) throw new Unreadable('the bytes end early');
    const part = this.#bytes.subarray(this.#at, this.#at + size);
    this.#at += size;
    return part;
  }
}
