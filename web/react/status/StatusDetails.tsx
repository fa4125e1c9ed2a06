import type { ReactNode } from 'react';
import type { ConnectionStatus, StatusSnapshot, SubscriptionStatus } from '../../core/index.js';
import { groupByRows, type Group } from './groups.js';
import { StateIcon } from './StateIcon.js';
import { ClockTime, Countdown } from './times.js';
import { CONNECTION_WORDS, MODE_WORDS, REMEDIES, SUBSCRIPTION_WORDS } from './words.js';

/** Each connection and each subscription: how it stands, since when, and what is wrong with it. */
export function StatusDetails({ status }: { status: StatusSnapshot }): ReactNode {
  const groups = groupByRows(status.subscriptions);
  return (
    <>
      {status.connections.length === 0 ? (
        <p className="switchboard-quiet">No connection.</p>
      ) : (
        <ul className="switchboard-list" aria-label="Connections">
          {status.connections.map((entry) => (
            <Connection key={entry.id} entry={entry} />
          ))}
        </ul>
      )}
      {groups.length === 0 ? (
        <p className="switchboard-quiet">No subscriptions.</p>
      ) : (
        <ul className="switchboard-list" aria-label="Subscriptions">
          {groups.map((group) => (
            <Subscription key={group.key} group={group} />
          ))}
        </ul>
      )}
    </>
  );
}

function Connection({ entry }: { entry: ConnectionStatus }): ReactNode {
  const { text, look } = CONNECTION_WORDS[entry.state];
  return (
    <li>
      <StateIcon look={look} />
      <div>
        <strong>Connection {entry.id}</strong>: {text} since <ClockTime at={entry.since} />
        {entry.rttMs === null ? null : (
          <span className="switchboard-quiet">, round trip {Math.round(entry.rttMs)} ms</span>
        )}
        <Problem entry={entry} />
      </div>
    </li>
  );
}

function Subscription({ group: { entry, count } }: { group: Group }): ReactNode {
  const { text, look } = SUBSCRIPTION_WORDS[entry.state];
  const mode = MODE_WORDS[entry.mode];
  return (
    <li>
      <StateIcon look={look} />
      <div>
        <strong>{entry.schema === 'public' ? entry.table : `${entry.schema}.${entry.table}`}</strong>
        {count === 1 ? null : ` (${count}×)`}: {text} since <ClockTime at={entry.since} />
        {mode === undefined ? null : <div>{mode}</div>}
        {entry.filter === null ? null : <code className="switchboard-filter">{entry.filter}</code>}
        <Problem entry={entry} />
      </div>
    </li>
  );
}

/** Attempts, the next try, the last error and its remedy; nothing when nothing is wrong. */
function Problem({ entry }: { entry: ConnectionStatus | SubscriptionStatus }): ReactNode {
  const remedy = REMEDIES[entry.code];
  return (
    <>
      {entry.attempts === 0 ? null : (
        <div>
          {entry.attempts} failed {entry.attempts === 1 ? 'attempt' : 'attempts'}
        </div>
      )}
      {entry.message === '' ? null : <div className="switchboard-problem">{entry.message}</div>}
      {remedy === undefined ? null : <div>{remedy}</div>}
      {entry.nextRetryAt === null ? null : (
        <div>
          Next try <Countdown to={entry.nextRetryAt} />
        </div>
      )}
    </>
  );
}
