import { randomBytes } from 'node:crypto';

import { isObject, sortedEntries, termJson } from '../wire/termJson.js';

interface Meta {
  ref: string;
  previousRef: string | null;
  payload: Record<string, unknown>;
  /** The payload as JSON text. */
  json: string;
}

type Owner = object;

/** Who is tracked on one topic. Each owner tracks at most one meta, under one key. */
export class PresenceTopic {
  readonly #byKey = new Map<string, Map<Owner, Meta>>();

  /** Returns the JSON text of the `presence_diff`, or null when nothing changed. */
  track(owner: Owner, key: string, payload: Record<string, unknown>): string | null {
    let owners = this.#byKey.get(key);
    if (owners === undefined) this.#byKey.set(key, (owners = new Map<Owner, Meta>()));
    const before = owners.get(owner);
    const json = termJson(payload);
    if (before?.json === json) return null;
    const meta: Meta = { ref: newRef(), previousRef: before?.ref ?? null, payload, json };
    owners.set(owner, meta);
    return diff([[key, meta]], before === undefined ? [] : [[key, before]]);
  }

  /** What the owner tracks, as JSON text; null: nothing. */
  tracked(owner: Owner, key: string): string | null {
    return this.#byKey.get(key)?.get(owner)?.json ?? null;
  }

  /** Returns the JSON text of the `presence_diff`, or null when the owner was not tracked. */
  untrack(owner: Owner, key: string): string | null {
    const owners = this.#byKey.get(key);
    const before = owners?.get(owner);
    if (owners === undefined || before === undefined) return null;
    owners.delete(owner);
    if (owners.size === 0) this.#byKey.delete(key);
    return diff([], [[key, before]]);
  }

  /** The JSON text of `presence_state`. */
  state(): string {
    const entries = [...this.#byKey].map(([key, owners]): [string, string] => [
      key,
      `{"metas":[${[...owners.values()].map(metaText).join(',')}]}`,
    ]);
    return objectText(entries);
  }
}

function diff(joins: [string, Meta][], leaves: [string, Meta][]): string {
  const side = (metas: [string, Meta][]): string =>
    objectText(metas.map(([key, meta]) => [key, `{"metas":[${metaText(meta)}]}`]));
  return `{"joins":${side(joins)},"leaves":${side(leaves)}}`;
}

function objectText(entries: [string, string][]): string {
  const sorted = sortedEntries(Object.fromEntries(entries)) as [string, string][];
  return `{${sorted.map(([key, text]) => `${JSON.stringify(key)}:${text}`).join(',')}}`;
}

function metaText({ ref, previousRef, payload }: Meta): string {
  const own = previousRef === null ? `"phx_ref":"${ref}"` : `"phx_ref":"${ref}","phx_ref_prev":"${previousRef}"`;
  const fields = sortedEntries(payload).map(([key, value]) => `,${JSON.stringify(key)}:${termJson(value)}`);
  return `{${own}${fields.join('')}}`;
}

function newRef(): string {
  return randomBytes(12).toString('base64url');
}

export type PresenceCall =
  { kind: 'track'; payload: unknown } | { kind: 'untrack' } | { kind: 'unknown' } | { kind: 'none' };

/** Reads the payload of a `presence` push. */
export function parsePresence(value: unknown): PresenceCall {
  if (!isObject(value) || !('event' in value)) return { kind: 'none' };
  const { event } = value;
  // The server does not check the type, and the channel's process crashes.
  if (typeof event !== 'string') throw new TypeError('a presence event is not a text');
  switch (event.toLowerCase()) {
    case 'track':
      return { kind: 'track', payload: 'payload' in value ? value.payload : {} };
    case 'untrack':
      return { kind: 'untrack' };
    default:
      return { kind: 'unknown' };
  }
}
