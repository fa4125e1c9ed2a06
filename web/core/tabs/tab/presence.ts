import { sameValue } from '../../base/sameValue.js';
import type { Delivery, PresenceChange, PresenceDelivery } from '../../engine/engine.js';

/** After another core has said who is present, before those who are missing are reported as gone: their line may have been lost too. As in the core. */
const RETURN_MS = 3_000;

/** Who is present on one handle's channel, by key. */
interface Members {
  readonly metas: Map<string, string>;
  /** Another core will say who is present, all at once. */
  isOld: boolean;
  /** Of `metas`: those whom another core has not mentioned, and may yet. */
  readonly missing: Set<string>;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** Makes of what another core says of presence what has changed by that, so that nobody leaves and joins because a core was lost. */
export class Presence {
  readonly #handles = new Map<number, Members>();
  readonly #late: (delivery: PresenceDelivery) => void;

  /** `late` gets those who have not come back. */
  constructor(late: (delivery: PresenceDelivery) => void) {
    this.#late = late;
  }

  end(id: number): void {
    clearTimeout(this.#handles.get(id)?.timer);
    this.#handles.delete(id);
  }

  endAll(): void {
    for (const id of this.#handles.keys()) this.end(id);
  }

  interrupt(): void {
    for (const members of this.#handles.values()) {
      clearTimeout(members.timer);
      members.missing.clear();
      members.isOld = true;
    }
  }

  /** The deliveries as the handles are to get them. */
  note(deliveries: readonly Delivery[]): readonly Delivery[] {
    if (!deliveries.some(({ kind }) => kind === 'presence')) return deliveries;
    return deliveries.flatMap((delivery): readonly Delivery[] =>
      delivery.kind === 'presence' ? this.#note(delivery) : [delivery],
    );
  }

  #note(delivery: PresenceDelivery): PresenceDelivery[] {
    const differs = (id: number): boolean => {
      const { isOld, missing } = this.#of(id);
      return isOld || missing.size > 0;
    };
    const others = delivery.channels.filter((id) => !differs(id));
    const result: PresenceDelivery[] = delivery.channels.filter(differs).map((id) => {
      const members = this.#of(id);
      if (members.isOld) this.#await(id, members, delivery.changes);
      return { ...delivery, channels: [id], changes: delivery.changes.map((change) => asSeen(members.metas, change)) };
    });
    if (others.length > 0) result.push({ ...delivery, channels: others });
    for (const id of delivery.channels) apply(this.#of(id), delivery.changes);
    return result;
  }

  /** Another core says who is present. */
  #await(id: number, members: Members, now: readonly PresenceChange[]): void {
    const here = new Set(now.map(({ key }) => key));
    members.isOld = false;
    for (const key of members.metas.keys()) if (!here.has(key)) members.missing.add(key);
    if (members.missing.size === 0) return;
    members.timer = setTimeout(() => {
      const changes = [...members.missing].map((key) => {
        return { kind: 'leave', key, metas: members.metas.get(key) ?? '[]' } as const;
      });
      apply(members, changes);
      if (changes.length > 0) this.#late({ kind: 'presence', channels: [id], changes });
    }, RETURN_MS);
  }

  #of(id: number): Members {
    let members = this.#handles.get(id);
    if (members === undefined) {
      members = { metas: new Map(), isOld: false, missing: new Set(), timer: undefined };
      this.#handles.set(id, members);
    }
    return members;
  }
}

function apply({ metas, missing }: Members, changes: readonly PresenceChange[]): void {
  for (const { kind, key, metas: now } of changes) {
    missing.delete(key);
    if (kind === 'leave') metas.delete(key);
    else metas.set(key, now);
  }
}

/** Who joins and is already known has not joined. */
function asSeen(before: ReadonlyMap<string, string>, change: PresenceChange): PresenceChange {
  const known = before.get(change.key);
  if (known === undefined || change.kind !== 'join') return change;
  return { ...change, kind: saysTheSame(known, change.metas) ? 'refresh' : 'update' };
}

/** Whatever refs the server gave. */
function saysTheSame(a: string, b: string): boolean {
  return sameValue(withoutRefs(a), withoutRefs(b));
}

function withoutRefs(metas: string): unknown {
  return (JSON.parse(metas) as Record<string, unknown>[]).map(
    ({ phx_ref: _ref, phx_ref_prev: _before, ...payload }) => payload,
  );
}
