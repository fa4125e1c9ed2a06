import type { ChangePayload, Gap } from 'switchboard-realtime';
import { changeId } from '../world/ledger.js';

/** One event as a subscription received it. */
export interface SeenEvent {
  id: string;
  type: string;
  newRow: Readonly<Record<string, unknown>>;
  oldRow: Readonly<Record<string, unknown>>;
  hasErrors: boolean;
  /** Of a numbered change. */
  number: number | undefined;
  epoch: string | undefined;
  at: number;
}

/** What one subscription received, in order. */
export class PlainLog {
  events: SeenEvent[] = [];
  /** With `payload: false`. */
  count = 0;
  readonly gaps = new Map<number, Gap>();
  isLive = false;
  liveSince: number | null = null;

  readonly take = (event: unknown): void => {
    if (Array.isArray(event)) for (const payload of event as readonly ChangePayload[]) this.#add(payload);
    else if (typeof event === 'object' && event !== null && 'count' in event) this.count += Number(event.count);
    else this.#add(event as ChangePayload);
  };

  readonly gap = (gap: Gap): void => {
    this.gaps.set(gap.id, gap);
  };

  live(isLive: boolean): void {
    this.isLive = isLive;
    if (isLive) this.liveSince ??= Date.now();
  }

  get hasOpenGap(): boolean {
    return [...this.gaps.values()].some(({ over }) => !over);
  }

  #add({ eventType, new: newRow, old, errors, number, epoch }: ChangePayload): void {
    this.events.push({
      id: changeId(eventType, newRow, old),
      type: eventType,
      newRow,
      oldRow: old,
      hasErrors: errors !== null && errors.length > 0,
      number,
      epoch,
      at: Date.now(),
    });
  }
}
