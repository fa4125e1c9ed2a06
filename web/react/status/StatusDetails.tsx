import type { ReactNode } from 'react';
import type { ChannelStatus, ConnectionStatus, StatusSnapshot, SubscriptionStatus } from '../../core/index.js';
import { groupByChannel, groupByRows, type Group } from './groups.js';
import { tableName } from './sentence.js';
import { StateIcon } from './StateIcon.js';
import { problemsOf, summaryOf, type StatusProblem } from './summary.js';
import type { StatusTexts } from './texts.js';
import { Countdown, Since } from './times.js';
import { CONNECTION_LOOKS, SUBSCRIPTION_LOOKS } from './words.js';

type Props = { status: StatusSnapshot; catchingUp: boolean; texts: StatusTexts };

/** One sentence, what is wrong and what to do about it; and folded, for developers, each connection and each subscription. */
export function StatusDetails({ status, catchingUp, texts }: Props): ReactNode {
  const names = { table: (table: string) => texts.tables[table] ?? tableName(table), channel: texts.channel };
  const summary = summaryOf(status, catchingUp, names);
  return (
    <>
      <p className="switchboard-sentence">{texts.sentence(summary)}</p>
      {summary.nextRetryAt === null ? null : (
        <p className="switchboard-quiet">
          <Countdown to={summary.nextRetryAt} texts={texts} />
        </p>
      )}
      {problemsOf(status, names).map((problem) => (
        <Problem key={`${problem.code} ${problem.message}`} problem={problem} texts={texts} />
      ))}
      <details className="switchboard-more">
        <summary>{texts.more}</summary>
        <Lists status={status} texts={texts} />
      </details>
    </>
  );
}

/** What went wrong, whom it concerns, and what can be done. */
function Problem({ problem, texts }: { problem: StatusProblem; texts: StatusTexts }): ReactNode {
  const { code, message, tables } = problem;
  const remedy = texts.remedies[code];
  const text = texts.problem(code, message);
  if (text === '' && remedy === undefined) return null;
  return (
    <div className="switchboard-problem">
      {text === '' ? null : <p>{text}</p>}
      {tables.length === 0 ? null : <p className="switchboard-quiet">{texts.concerns(tables)}</p>}
      {remedy === undefined ? null : <p>{remedy}</p>}
    </div>
  );
}

function Lists({ status, texts }: { status: StatusSnapshot; texts: StatusTexts }): ReactNode {
  const groups = groupByRows(status.subscriptions);
  const channels = groupByChannel(status.channels);
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
      {groups.length + channels.length === 0 ? <p className="switchboard-quiet">{texts.noSubscription}</p> : null}
      {groups.length === 0 ? null : (
        <ul className="switchboard-list" aria-label={texts.subscriptions}>
          {groups.map((group) => (
            <Subscription key={group.key} group={group} texts={texts} />
          ))}
        </ul>
      )}
      {channels.length === 0 ? null : (
        <ul className="switchboard-list" aria-label={texts.channels}>
          {channels.map((group) => (
            <Channel key={group.key} group={group} texts={texts} />
          ))}
        </ul>
      )}
    </>
  );
}

function Channel({ group: { entry, count }, texts }: { group: Group<ChannelStatus>; texts: StatusTexts }): ReactNode {
  if (entry.state === 'closed') return null;
  return (
    <li>
      <StateIcon look={SUBSCRIPTION_LOOKS[entry.state]} />
      <div>
        <strong>{entry.name}</strong>
        {count === 1 ? null : ` (${count}×)`}: {texts.subscriptionStates[entry.state]}{' '}
        <Since at={entry.since} texts={texts} />
        <Tries entry={entry} texts={texts} />
      </div>
    </li>
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
        <Tries entry={entry} texts={texts} />
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
        <TakenRoad entry={entry} texts={texts} />
        {entry.filter === null ? null : <code className="switchboard-filter">{entry.filter}</code>}
        <Tries entry={entry} texts={texts} />
      </div>
    </li>
  );
}

/** How the changes come, and why not by broadcasts although the table is listed as tracked. */
function TakenRoad({ entry, texts }: { entry: SubscriptionStatus; texts: StatusTexts }): ReactNode {
  const { road = 'postgres_changes', fellBack } = entry;
  const reason = fellBack ? texts.reason(fellBack.code, fellBack.message) : '';
  return (
    <>
      <div>{texts.roads[road]}</div>
      {reason === '' ? null : <div className="switchboard-reason">{reason}</div>}
    </>
  );
}

type Tried = Pick<ConnectionStatus, 'attempts' | 'nextRetryAt' | 'code' | 'message'>;

/** Why, as the status has it, attempts and the next try; nothing when nothing is wrong. */
function Tries({ entry, texts }: { entry: Tried; texts: StatusTexts }): ReactNode {
  const reason = entry.message === '' ? '' : texts.reason(entry.code, entry.message);
  return (
    <>
      {reason === '' ? null : <div className="switchboard-reason">{reason}</div>}
      {entry.attempts === 0 ? null : <div>{texts.failedAttempts(entry.attempts)}</div>}
      {entry.nextRetryAt === null ? null : (
        <div>
          <Countdown to={entry.nextRetryAt} texts={texts} />
        </div>
      )}
    </>
  );
}
