import { termJson } from './termJson.js';

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** The id of a `postgres_changes` entry: below 2^27 and a pure function of its JSON value. */
export function entryId(entry: unknown): number {
  let hash = FNV_OFFSET;
  for (const byte of Buffer.from(termJson(entry))) hash = Math.imul(hash ^ byte, FNV_PRIME);
  return (hash ^ (hash >>> 27)) & 0x7ffffff;
}
