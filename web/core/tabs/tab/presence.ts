import { sameValue } from '../../base/sameValue.js';
import type { Delivery, PresenceChange, PresenceDelivery } from '../../engine/engine.js';

/** Who is present on one handle's channel, by key. */
interface Members {
  readonly metas: Map<string, string>;
  /** Another core will say who is present, all at once. */
  isOld: boolean;
}

/** Makes of what another core says of presence what has changed by that, so that nobody leaves and joins because a core was lost. */
export class Presence {
  readonly #handles = new Map<number, Members>();

  end(id: number): void {
    this.#handles.delete(id);
  }

  interrupt(): void {
    for (const members of this.#handles.values()) members.isOld = true;
  }

  /** The deliveries as the handles are to get them. */
  note(deliveries: readonly Delivery[]): readonly Delivery[] {
    if (!deliveries.some(({ kind }) => kind === 'presence')) return deliveries;
    return deliveries.flatMap((delivery): readonly Delivery[] =>
      delivery.kind === 'presence' ? this.#note(delivery) : [delivery],
    );
  }

  #note(delivery: PresenceDelivery): PresenceDelivery[] {
    const old = delivery.channels.filter((id) => this.#handles.get(id)?.isOld === true);
    const others = delivery.channels.filter((id) => !old.includes(id));
    const result: PresenceDelivery[] = old.map((id) => ({
      ...delivery,
      channels: [id],
      changes: netChanges(this.#of(id).metas, delivery.changes),
    }));
    if (others.length > 0) result.push({ ...delivery, channels: others });
    for (const id of delivery.channels) this.#apply(this.#of(id), delivery.changes);
    return result;
  }

  #of(id: number): Members {
    const members = this.#handles.get(id) ?? { metas: new Map<string, string>(), isOld: false };
    this.#handles.set(id, members);
    return members;
  }

  #apply(members: Members, changes: readonly PresenceChange[]): void {
    if (members.isOld) members.metas.clear();
    members.isOld = false;
    for (const { kind, key, metas } of changes) {
      if (kind === 'leave') members.metas.delete(key);
      else members.metas.set(key, metas);
    }
  }
}

/** From those who were present to those who join now. */
function netChanges(before: ReadonlyMap<string, string>, now: readonly PresenceChange[]): PresenceChange[] {
  const here = new Set(now.map(({ key }) => key));
  const left = [...before].filter(([key]) => !here.has(key));
  return [
    ...left.map(([key, metas]) => ({ kind: 'leave', key, metas }) as const),
    ...now.map((change) => {
      const known = before.get(change.key);
      if (known === undefined || change.kind !== 'join') return change;
      return { ...change, kind: saysTheSame(known, change.metas) ? ('refresh' as const) : ('update' as const) };
    }),
  ];
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
