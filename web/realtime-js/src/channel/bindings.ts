import type { REALTIME_POSTGRES_CHANGES_LISTEN_EVENT } from '../api/constants.js';
import type { RealtimePostgresChangesFilter } from '../api/options.js';

// `any`: what a callback takes depends on what it listens to.
export type AnyCallback = (payload?: any) => unknown;

/** One call of `channel.on`. */
export interface Binding {
  /** In lower case. */
  type: string;
  filter: { [key: string]: any };
  callback: AnyCallback;
  /** Counts up within a channel. */
  ref: number;
  /** Of `postgres_changes` that are subscribed: the subscription's id in the manager. */
  id?: string;
}

export type ChangesFilter = RealtimePostgresChangesFilter<`${REALTIME_POSTGRES_CHANGES_LISTEN_EVENT}`>;

/** With a filter builder turned into text. A copy where it differs. */
export function withTextFilter(filter: Binding['filter']): Binding['filter'] {
  // A builder may come from another copy of the package.
  const builder = filter['filter'] as { build?: unknown } | string | null | undefined;
  if (typeof builder !== 'object' || typeof builder?.build !== 'function') return filter;
  return { ...filter, filter: (builder as { build: () => string }).build() };
}

function identity(filter: Binding['filter']): string {
  const { event, schema, table, filter: text, select } = filter as Partial<ChangesFilter>;
  return JSON.stringify([event, schema ?? null, table ?? null, text ?? null, select?.join() ?? null]);
}

/** Whether the two listen to the same changes. */
export function isSameChanges(a: Binding['filter'], b: Binding['filter']): boolean {
  return identity(a) === identity(b);
}

/** Whether an event of this name is for the binding. Names are compared without regard to case. */
export function takes(binding: Binding, event: string): boolean {
  const wanted: unknown = binding.filter['event'];
  return wanted === '*' || (typeof wanted === 'string' && wanted.toLowerCase() === event.toLowerCase());
}
