import type { ChangeDelivery, DeliverySpec } from '../../engine/engine.js';

/** Where a subscription stands, by the newest change that came. */
export interface Position {
  readonly commit: string;
  readonly epoch?: string;
  readonly number?: number;
}

/** That of the newest change. Null when there is none, or it can't be read. */
export function positionOf(delivery: ChangeDelivery | null, spec: DeliverySpec | undefined): Position | null {
  if (delivery === null || delivery.text === '') return null;
  try {
    const parsed = JSON.parse(delivery.text) as Item | Item[];
    const positions = (Array.isArray(parsed) ? parsed : [parsed]).flatMap(({ data }) =>
      data === undefined ? [] : [read(data)],
    );
    // `latest` leaves a row in its place when a newer change is folded into it.
    if (spec?.mode === 'latest') return positions.reduce<Position | null>(newer, null);
    return positions[positions.length - 1] ?? null;
  } catch {
    return null;
  }
}

/**
 * Whether a window may hand over some changes of a message and hold the others. A window that is handed over when its time is over has whole messages:
 * the core reads a message in one go.
 */
export function cutsMessages(spec: DeliverySpec | undefined): boolean {
  if (spec === undefined) return false;
  const { mode, leading, max } = spec as { mode: string; leading?: boolean; max?: number };
  return mode === 'throttle' || leading === true || (max ?? 0) > 0;
}

interface Item {
  data?: Data;
}

interface Data {
  commit_timestamp?: string;
  epoch?: string;
  number?: number;
}

function read({ commit_timestamp: commit = '', epoch, number }: Data): Position {
  return { commit, ...(epoch === undefined ? {} : { epoch }), ...(number === undefined ? {} : { number }) };
}

function newer(one: Position | null, other: Position): Position {
  if (one === null) return other;
  if (one.number !== undefined && other.number !== undefined && one.epoch === other.epoch) {
    return other.number < one.number ? one : other;
  }
  return Date.parse(other.commit) < Date.parse(one.commit) ? one : other;
}
