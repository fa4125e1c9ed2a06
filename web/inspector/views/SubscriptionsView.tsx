/** @jsxImportSource preact */
import { explainOne, factsOf } from '../../recording/explain/index.js';
import { keysOf, type KeyView, type Subscriber } from '../model/keys.js';
import { ExplanationView } from './ExplanationView.js';
import { clockTime, count, ms, span } from './format.js';
import { Cause, StateBadge } from './parts.js';
import { Table, type Column } from './Table.js';
import { finds, type ViewProps } from './viewProps.js';

/** Keys with their subscribers and what they cost. */
export function SubscriptionsView({ shown, state: { search } }: ViewProps) {
  const { status, inspection, now } = shown;
  const rows = keysOf(status, inspection).filter(({ name, worst }) =>
    finds(search, name, worst.state, worst.code, worst.message),
  );
  const columns: readonly Column<KeyView>[] = [
    { label: 'Key', cell: ({ name }) => <span class="name">{name}</span> },
    { label: 'State', cell: ({ worst }) => <StateBadge state={worst.state} /> },
    { label: 'Road', cell: ({ worst }) => worst.road ?? '–' },
    { label: 'Subscribers', isNumber: true, cell: ({ subscribers }) => subscribers.length },
    { label: 'Changes', isNumber: true, cell: ({ changes }) => count(changes) },
    { label: 'Work', isNumber: true, cell: ({ workMs }) => ms(workMs) },
    {
      label: 'Newest',
      isNumber: true,
      cell: ({ newestCommit }) => (newestCommit === null ? '–' : age(newestCommit, now)),
    },
    { label: 'Why', cell: ({ worst: { code, message } }) => <Cause code={code} message={message} /> },
  ];
  return (
    <>
      <p class="quiet">
        Equal subscriptions share a key, and with it one binding of the server. Changes and work (reading, and
        callbacks) are counted since {clockTime(inspection.countedSince)}.
      </p>
      <Table
        caption="Keys"
        {...{ columns, rows }}
        rowKey={({ key }) => key}
        detail={(row) => <KeyDetail row={row} shown={shown} />}
        empty={search === '' ? 'Nothing is subscribed to.' : 'No subscription is found.'}
      />
    </>
  );
}

/** How long ago a commit was, by this machine's clock. */
function age(commit: string, now: number): string {
  const at = Date.parse(commit);
  return Number.isNaN(at) ? '–' : `${span(now - at)} ago`;
}

function KeyDetail({ row, shown }: { row: KeyView; shown: ViewProps['shown'] }) {
  const { status, inspection, now } = shown;
  const columns: readonly Column<Subscriber>[] = [
    { label: 'Subscription', cell: ({ status: { id } }) => `Subscription ${String(id)}` },
    { label: 'State', cell: ({ status: { state, mode } }) => <StateBadge state={mode === 'polling' ? mode : state} /> },
    { label: 'Delivery', cell: ({ more }) => `${more?.delivery ?? 'each'}${more?.paused === true ? ', paused' : ''}` },
    { label: 'Deliveries', isNumber: true, cell: ({ more }) => count(more?.deliveries ?? 0) },
    { label: 'Work', isNumber: true, cell: ({ more }) => ms(more?.workMs ?? 0) },
    { label: 'Made', isNumber: true, cell: ({ more }) => (more === null ? '–' : `${span(now - more.madeAt)} ago`) },
  ];
  const explanation = explainOne(factsOf(status, inspection, now), row.worst.id);
  return (
    <>
      <Table
        caption={`Subscribers of ${row.name}`}
        {...{ columns, rows: row.subscribers }}
        rowKey={({ status: { id } }) => String(id)}
        empty=""
      />
      {explanation === null ? null : <ExplanationView explanation={explanation} />}
    </>
  );
}
