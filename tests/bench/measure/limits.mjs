// @ts-check
// The least that some client has to do with a round's messages, without any client: parse them, copy them, write them.
import { collectGarbage } from './statistics.mjs';

/** @typedef {import('../clients/types.mjs').Gather} Gather */

const USER_BROADCAST_FIELDS = 3;
const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** In the place of a module's memory. */
const memory = new Uint8Array(1 << 20);
/** What was made last: nothing may be optimized away as unused. @type {unknown} */
let made;

/** @param {string} text */
const parse = (text) => {
  made = JSON.parse(text);
};

/** @param {string} text */
const copy = (text) => {
  made = encoder.encodeInto(text, memory);
};

/** @param {() => void} work @returns {number} ms */
function timed(work) {
  collectGarbage();
  const begun = performance.now();
  work();
  return performance.now() - begun;
}

/**
 * Of changes: each frame is parsed; with a count only, each is copied to where a module sees it; with the newest of each row, these are also parsed.
 *
 * @param {readonly string[]} frames
 * @param {Gather} gather
 * @param {ReadonlySet<number>} newest which of the frames have the newest change of a row
 */
export function limitOfChanges(frames, gather, newest) {
  const folds = gather === 'count' || gather === 'latest';
  const parsed = gather === 'latest' ? frames.filter((_, n) => newest.has(n)) : folds ? [] : frames;
  return timed(() => {
    if (folds) for (const frame of frames) copy(frame);
    for (const frame of parsed) parse(frame);
  });
}

/** Each text is parsed. @param {readonly string[]} texts */
export const limitOfTexts = (texts) =>
  timed(() => {
    for (const text of texts) parse(text);
  });

/**
 * Of broadcasts: the payload is found behind the header, and is decoded and parsed, or copied if it is binary.
 *
 * @param {readonly ArrayBuffer[]} frames
 * @param {boolean} isBinary
 */
export const limitOfBroadcasts = (frames, isBinary) =>
  timed(() => {
    for (const frame of frames) {
      const bytes = new Uint8Array(frame);
      let at = 2 + USER_BROADCAST_FIELDS;
      for (let field = 1; field <= USER_BROADCAST_FIELDS; field += 1) at += bytes[field] ?? 0;
      if (isBinary) made = bytes.slice(at);
      else parse(decoder.decode(bytes.subarray(at)));
    }
  });

/** Of sends: the payload is written as JSON, and its bytes are copied for the socket. @param {readonly object[]} payloads */
export const limitOfSends = (payloads) =>
  timed(() => {
    for (const payload of payloads) {
      const { written } = encoder.encodeInto(JSON.stringify(payload), memory);
      made = memory.slice(0, written);
    }
  });

/** For the linter, and for debuggers. */
export const lastMade = () => made;
