/** Reads the binary format's numbers and names. https://webassembly.github.io/spec/core/binary */
export class Cursor {
  /**
   * @param {Uint8Array} bytes
   * @param {number} at
   */
  constructor(bytes, at) {
    this.bytes = bytes;
    this.at = at;
  }

  byte() {
    return this.bytes[this.at++] ?? 0;
  }

  /** An unsigned LEB128 number. */
  number() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  name() {
    return new TextDecoder().decode(this.take(this.number()));
  }

  /**
   * @param {number} count how many LEB128 numbers, signed or not
   */
  skip(count) {
    for (let left = count; left > 0; left--) this.number();
  }

  /**
   * @param {number} length how many bytes
   */
  take(length) {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  limits() {
    const hasMaximum = (this.byte() & 1) !== 0;
    this.number();
    if (hasMaximum) this.number();
  }
}

/**
 * An unsigned LEB128 number.
 *
 * @param {number} value
 * @returns {number[]}
 */
export function encodeNumber(value) {
  return value < 0x80 ? [value] : [(value % 0x80) + 0x80, ...encodeNumber(Math.floor(value / 0x80))];
}
