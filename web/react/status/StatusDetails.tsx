import type { ReactNode } from 'react';
import type { ConnectionStatus, StatusSnapshot, SubscriptionStatus } from '../../core/index.js';
import { groupByRows, type Group } from './groups.js';
import { StateIcon } from './StateIcon.js';
import type { StatusTexts } from './texts.js';
import { Countdown, Since } from './times.js';
import { CONNECTION_LOOKS, SUBSCRIPTION_LOOKS } from './words.js';

/** Each connection and each subscription: how it stands, since when, and what is wrong with it. */
export function StatusDetails({ status, texts }: { status: StatusSnapshot; texts: StatusTexts }): ReactNode {
  const groups = groupByRows(status.subscriptions);
  return (
    <>
      {status.connections.length === 0 ? (
        <p className="switchboard-quiet">{texts.noConnection}</p>
      ) : (
        <ul className="switchboard-list" aria-label={texts.connections}>
          {status.connections.map((entry) => (
            <Connection key={entry.id} entry={entry} texts={texts} />
          ))}
        </ul>
      )}
      {groups.length === 0 ? (
        <p className="switchboard-quiet">{texts.noSubscription}</p>
      ) : (
        <ul className="switchboard-list" aria-label={texts.subscriptions}>
          {groups.map((group) => (
            <Subscription key={group.key} group={group} texts={texts} />
          ))}
        </ul>
      )}
    </>
  );
}

function Connection({ entry, texts }: { entry: ConnectionStatus; texts: StatusTexts }): ReactNode {
  return (
    <li>
      <StateIcon look={CONNECTION_LOOKS[entry.state]} />
      <div>
        <strong>{texts.connection(entry.id)}</strong>: {texts.connectionStates[entry.state]}{' '}
        <Since at={entry.since} texts={texts} />
        {entry.rttMs === null ? null : (
          <span className="switchboard-quiet">, {texts.roundTrip(Math.round(entry.rttMs))}</span>
        )}
        <Problem entry={entry} texts={texts} />
      </div>
    </li>
  );
}

function Subscription({ group: { entry, count }, texts }: { group: Group; texts: StatusTexts }): ReactNode {
  const mode = texts.modes[entry.mode];
  return (
    <li>
      <StateIcon look={SUBSCRIPTION_LOOKS[entry.state]} />
      <div>
        <strong>{entry.schema === 'public' ? entry.table : `${entry.schema}.${entry.table}`}</strong>
        {count === 1 ? null : ` (${count}×)`}: {texts.subscriptionStates[entry.state]}{' '}
        <Since at={entry.since} texts={texts} />
        {mode === undefined ? null : <div>{mode}</div>}
        {entry.filter === null ? null : <code className="switchboard-filter">{entry.filter}</code>}
        <Problem entry={entry} texts={texts} />
      </div>
    </li>
  );
}

/** Attempts, the next try, the last error and its remedy; nothing when nothing is wrong. */
function Problem({ entry, texts }: { entry: ConnectionStatus | SubscriptionStatus; texts: StatusTexts }): ReactNode {
  const remedy = texts.remedies[entry.code];
  const problem = entry.message === '' ? '' : texts.problem(entry.code, entry.message);
  return (
    <>
      {entry.attempts === 0 ? null : <div>{texts.failedAttempts(entry.attempts)}</div>}
      {problem === '' ? null : <div className="switchboard-problem">{problem}</div>}
      {remedy === undefined ? null : <div>{remedy}</div>}
      {entry.nextRetryAt === null ? null : (
        <div>
          <Countdown to={entry.nextRetryAt} texts={texts} />
        </div>
      )}
    </>
  );
}
