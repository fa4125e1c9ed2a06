import {
  parseFilter,
  type InspectedSubscription,
  type Inspection,
  type StatusSnapshot,
  type SubscriptionStatus,
} from '../../core/index.js';

/** One subscription with all that is known of it. */
export interface Subscriber {
  readonly status: SubscriptionStatus;
  /** Null: it has just come. */
  readonly more: InspectedSubscription | null;
}

/** Equal subscriptions, which share one binding. */
export interface KeyView {
  /** The same for equal subscriptions. */
  readonly key: string;
  readonly name: string;
  readonly subscribers: readonly Subscriber[];
  /** The worst of its subscribers. */
  readonly worst: SubscriptionStatus;
  /** Since the inspector counts. */
  readonly changes: number;
  readonly deliveries: number;
  readonly workMs: number;
  /** Null: none has come. */
  readonly newestCommit: string | null;
}

const BAD_FIRST: readonly string[] = ['parked', 'retrying', 'pending', 'joining', 'live'];

/** The keys of a manager, those in trouble first. */
export function keysOf({ subscriptions }: StatusSnapshot, inspection: Inspection): readonly KeyView[] {
  const more = new Map(inspection.subscriptions.map((each) => [each.id, each]));
  const groups = new Map<string, Subscriber[]>();
  for (const status of subscriptions) {
    const subscriber = { status, more: more.get(status.id) ?? null };
    const key = keyOf(subscriber);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [subscriber]);
    else group.push(subscriber);
  }
  return [...groups].map(([key, group]) => viewOf(key, group)).sort((a, b) => rank(a.worst) - rank(b.worst));
}

function rank({ state }: SubscriptionStatus): number {
  return BAD_FIRST.indexOf(state);
}

function viewOf(key: string, subscribers: readonly Subscriber[]): KeyView {
  const statuses = subscribers.map(({ status }) => status);
  const sum = (of: (more: InspectedSubscription) => number): number =>
    subscribers.reduce((total, { more }) => total + (more === null ? 0 : of(more)), 0);
  const newest =
    subscribers
      .map(({ more }) => more?.newestCommit ?? '')
      .sort()
      .pop() ?? '';
  return {
    ...{ key, subscribers, name: nameOf(subscribers[0] as Subscriber) },
    worst: statuses.reduce((worst, status) => (rank(status) < rank(worst) ? status : worst)),
    // Each of them has got the same changes, so the most are those of the key.
    changes: Math.max(0, ...subscribers.map(({ more }) => more?.changes ?? 0)),
    deliveries: sum(({ deliveries }) => deliveries),
    workMs: sum(({ workMs }) => workMs),
    newestCommit: newest === '' ? null : newest,
  };
}

/** As the core does: free of the order of conditions and columns. */
function keyOf({ status, more }: Subscriber): string {
  const { schema, table, event, filter, road } = status;
  return JSON.stringify([schema, table, event, canonicalFilter(filter), [...(more?.select ?? [])].sort(), road]);
}

function canonicalFilter(filter: string | null): string {
  if (filter === null) return '';
  try {
    return JSON.stringify(
      parseFilter(filter)
        .map((condition) => JSON.stringify(condition))
        .sort(),
    );
  } catch {
    return filter;
  }
}

function nameOf({ status, more }: Subscriber): string {
  const { schema, table, event, filter } = status;
  const columns = more?.select === null || more === null ? '' : ` (${more.select.join(', ')})`;
  return `${schema}.${table}${event === '*' ? '' : ` ${event}`}${columns}${filter === null ? '' : ` where ${filter}`}`;
}
