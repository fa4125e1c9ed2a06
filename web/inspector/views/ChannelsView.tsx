/** @jsxImportSource preact */
import type { ChannelStatus, InspectedChannel } from '../../core/index.js';
import { explainOne, factsOf } from '../../recording/explain/index.js';
import { ExplanationView } from './ExplanationView.js';
import { count, span } from './format.js';
import { Cause, StateBadge } from './parts.js';
import { Table, type Column } from './Table.js';
import { finds, type ViewProps } from './viewProps.js';

/** Members of a channel that are listed. */
const LISTED = 100;

interface Row {
  readonly status: ChannelStatus;
  readonly more: InspectedChannel | undefined;
}

export function ChannelsView({ shown, state: { search } }: ViewProps) {
  const { status, inspection, now } = shown;
  const more = new Map(inspection.channels.map((each) => [each.id, each]));
  const rows = status.channels
    .map((each) => ({ status: each, more: more.get(each.id) }))
    .filter(({ status: { name, state, code, message } }) => finds(search, name, state, code, message));
  const columns: readonly Column<Row>[] = [
    { label: 'Channel', cell: ({ status: { name } }) => <span class="name">{name}</span> },
    { label: 'State', cell: ({ status: { state } }) => <StateBadge state={state} /> },
    { label: 'Access', cell: ({ status: { private: isPrivate } }) => (isPrivate ? 'private' : 'public') },
    { label: 'Present', isNumber: true, cell: ({ more: of }) => presentText(of) },
    { label: 'Handle', isNumber: true, cell: ({ status: { id } }) => id },
    { label: 'For', isNumber: true, cell: ({ status: { since } }) => span(now - since) },
    { label: 'Why', cell: ({ status: { code, message } }) => <Cause code={code} message={message} /> },
  ];
  return (
    <Table
      caption="Channels"
      {...{ columns, rows }}
      rowKey={({ status: { id } }) => String(id)}
      detail={(row) => <ChannelDetail row={row} shown={shown} />}
      empty={search === '' ? 'No channel is open.' : 'No channel is found.'}
    />
  );
}

function presentText(of: InspectedChannel | undefined): string {
  return of?.watchesPresence === true ? count(of.members.length) : '–';
}

function ChannelDetail({ row: { status, more }, shown }: { row: Row; shown: ViewProps['shown'] }) {
  const explanation = explainOne(factsOf(shown.status, shown.inspection, shown.now), status.id);
  const members = more?.members ?? [];
  return (
    <>
      {explanation === null || explanation.isLive ? null : <ExplanationView explanation={explanation} />}
      <p class="label">Presence</p>
      {more?.watchesPresence === true ? null : <p class="quiet">This handle does not ask who is present.</p>}
      {more?.isTracking === true ? (
        <p class="quiet">This client is present as {status.presenceKey ?? 'a key of its own'}.</p>
      ) : null}
      <ul class="members">
        {members.slice(0, LISTED).map(({ key, payload, payloads }) => (
          <li key={key}>
            <code>{key}</code>
            {payloads.length > 1 ? ` (${String(payloads.length)}×)` : null}{' '}
            <span class="quiet">{JSON.stringify(payload)}</span>
          </li>
        ))}
      </ul>
      {members.length > LISTED ? <p class="quiet">and {count(members.length - LISTED)} more</p> : null}
    </>
  );
}
