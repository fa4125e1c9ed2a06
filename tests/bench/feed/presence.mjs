// @ts-check
// Who is present on a channel, and what the server says when that changes.
import { same } from './ledger.mjs';

/** @typedef {{ revision: number, name: string, status: string, online_at: string }} Tracked */
/** @typedef {{ ref: string, payload: Tracked }} Member */
/**
 * @typedef {object} Diff
 * @property {string} text the frame's payload
 * @property {number} members how many there are after it
 * @property {number} revision of what came or went
 */

const EPOCH = Date.UTC(2026, 10, 22, 10);

/** @param {number} key @param {number} revision @returns {Member} */
function makeMember(key, revision) {
  return {
    ref: `GOph${String(revision).padStart(12, 'x')}`,
    payload: {
      revision,
      name: `Somebody ${key}`,
      status: revision % 2 === 0 ? 'active' : 'away',
      online_at: new Date(EPOCH + revision).toISOString(),
    },
  };
}

/** The members of a channel. */
export class Attendance {
  /** @type {Map<string, Member>} */
  #members = new Map();
  #revision = 0;
  #step = 0;
  #count;

  /** @param {number} count */
  constructor(count) {
    this.#count = count;
    for (let key = 0; key < count; key += 1) this.#members.set(`user-${key}`, makeMember(key, this.#next()));
  }

  get size() {
    return this.#members.size;
  }

  /** The payload of `presence_state`. */
  get state() {
    return Object.fromEntries([...this.#members].map(([key, member]) => [key, entryOf(member)]));
  }

  /** Whether these are the members: their payloads by key. @param {Readonly<Record<string, unknown>>} members */
  equals(members) {
    const own = Object.fromEntries([...this.#members].map(([key, { payload }]) => [key, payload]));
    return same(members, own);
  }

  /** In turn: somebody tracks something else, leaves, comes back. @returns {Diff} */
  change() {
    const kind = this.#step % 3;
    // The one who leaves is the one who comes back.
    const n = (Math.floor(this.#step / 3) * 7 + (kind === 0 ? 0 : 3)) % this.#count;
    this.#step += 1;
    const key = `user-${n}`;
    const before = this.#members.get(key);
    if (kind === 1 && before !== undefined) {
      this.#members.delete(key);
      return this.#diff({}, { [key]: entryOf(before) }, before);
    }
    const after = makeMember(n, this.#next());
    this.#members.set(key, after);
    if (before === undefined) return this.#diff({ [key]: entryOf(after) }, {}, after);
    const join = { metas: [{ phx_ref: after.ref, phx_ref_prev: before.ref, ...after.payload }] };
    return this.#diff({ [key]: join }, { [key]: entryOf(before) }, after);
  }

  #next() {
    return (this.#revision += 1);
  }

  /** @param {object} joins @param {object} leaves @param {Member} member @returns {Diff} */
  #diff(joins, leaves, { payload }) {
    return { text: JSON.stringify({ joins, leaves }), members: this.#members.size, revision: payload.revision };
  }
}

/** @param {Member} member */
const entryOf = ({ ref, payload }) => ({ metas: [{ phx_ref: ref, ...payload }] });
