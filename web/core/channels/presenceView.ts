import type { PresenceMember } from '../api/channel.js';
import type { PresenceChange } from '../engine/engine.js';

/** Up to so many changes at once are made in the list of members; for more it is built again. */
const FEW = 16;
const NOBODY: readonly PresenceMember[] = Object.freeze([]);

/** A change of presence whose texts are parsed; shared by all handles that it goes to. */
export interface ReadChange {
  readonly kind: PresenceChange['kind'];
  readonly member: PresenceMember;
}

/** What came of some changes. */
export interface PresenceResult {
  readonly joins: readonly PresenceMember[];
  readonly updates: readonly PresenceMember[];
  readonly leaves: readonly PresenceMember[];
}

/** Throws when it can't be read. */
export function readChange({ kind, key, metas }: PresenceChange): ReadChange {
  const payloads = Object.freeze((JSON.parse(metas) as Record<string, unknown>[]).map(withoutRefs));
  const payload = payloads[payloads.length - 1] ?? Object.freeze({});
  return { kind, member: Object.freeze({ key, payload, payloads }) };
}

/** Without what the server adds to what somebody tracks. */
function withoutRefs({
  phx_ref: _ref,
  phx_ref_prev: _before,
  ...payload
}: Record<string, unknown>): Readonly<Record<string, unknown>> {
  return Object.freeze(payload);
}

/** Who is present, as one handle has it. */
export class PresenceView {
  readonly #members = new Map<string, PresenceMember>();
  #list: readonly PresenceMember[] | null = NOBODY;

  /** In the order in which they came. Frozen; the same until something changes. */
  get members(): readonly PresenceMember[] {
    this.#list ??= Object.freeze([...this.#members.values()]);
    return this.#list;
  }

  /** Null when nothing changed by it. */
  apply(changes: readonly ReadChange[]): PresenceResult | null {
    const result = { joins: [] as PresenceMember[], updates: [] as PresenceMember[], leaves: [] as PresenceMember[] };
    const list = this.#list === null || changes.length > FEW ? null : [...this.#list];
    for (const { kind, member } of changes) {
      const before = this.#members.get(member.key);
      if (kind === 'leave') {
        if (before === undefined) continue;
        this.#members.delete(member.key);
        result.leaves.push(before);
        list?.splice(list.indexOf(before), 1);
      } else if (before === undefined) {
        this.#members.set(member.key, member);
        result.joins.push(member);
        list?.push(member);
      } else if (kind !== 'refresh') {
        this.#members.set(member.key, member);
        result.updates.push(member);
        list?.splice(list.indexOf(before), 1, member);
      }
    }
    const { joins, updates, leaves } = result;
    if (joins.length + updates.length + leaves.length === 0) return null;
    this.#list = list === null ? null : Object.freeze(list);
    return Object.freeze({
      joins: Object.freeze(joins),
      updates: Object.freeze(updates),
      leaves: Object.freeze(leaves),
    });
  }

  clear(): void {
    this.#members.clear();
    this.#list = NOBODY;
  }
}
