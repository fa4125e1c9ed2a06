/** @jsxImportSource preact */
import { explainAll, factsOf, type Explanation } from '../../recording/explain/index.js';
import { ExplanationView } from './ExplanationView.js';
import { clockTime, count, ms, span } from './format.js';
import { Figure, Section, StateBadge } from './parts.js';
import { finds, type ViewProps } from './viewProps.js';

export function Overview({ shown, state, store }: ViewProps) {
  const { status, inspection, now, stats } = shown;
  const explanations = explainAll(factsOf(status, inspection, now)).filter(({ subject, verdict }) =>
    finds(state.search, subject, verdict),
  );
  return (
    <>
      <p class="lead">
        <StateBadge state={status.overall} /> {leadOf(shown)}
      </p>
      <Figures shown={shown} />
      <Section title="What is not as it should be">
        {explanations.length === 0 ? (
          <p class="empty">{status.overall === 'idle' ? 'Nothing is subscribed to.' : 'Everything is live.'}</p>
        ) : (
          <Groups explanations={explanations} />
        )}
      </Section>
      {stats.core === null || inspection.disposed ? null : (
        <p>
          <button
            type="button"
            onClick={() => {
              store.manager?.reconnectAll();
            }}
          >
            Reconnect all
          </button>
        </p>
      )}
    </>
  );
}

function leadOf({ status: { overall, since, subscriptions, channels }, now }: ViewProps['shown']): string {
  const all = [...subscriptions, ...channels];
  const live = all.filter((each) => each.state === 'live').length;
  const time = since === 0 ? '' : `for ${span(now - since)}`;
  return overall === 'idle' ? time : `${time}: ${live} of ${all.length} live`;
}

function Figures({ shown }: Pick<ViewProps, 'shown'>) {
  const { status, stats, rates, latency, inspection } = shown;
  const open = status.connections.filter(({ state }) => state === 'open').length;
  const leaked = stats.leakedSubscriptions;
  return (
    <dl class="figures">
      <Figure name="Sockets open" value={`${open} of ${status.connections.length}`} />
      <Figure name="Subscriptions" value={count(stats.subscriptions)} note={`${stats.core?.bindings ?? 0} bindings`} />
      <Figure name="Channels" value={count(stats.channels)} />
      <Figure name="Changes" value={`${count(rates.now.changes)}/s`} note={`${count(stats.counters.changes)} in all`} />
      <Figure name="Commit to callback" value={ms(latency.median)} note={latency.count === 0 ? 'none yet' : 'median'} />
      <Figure name="Gaps" value={count(stats.gaps.opened)} note={`${count(stats.gaps.refetched)} refetched`} />
      <Figure name="Callbacks that threw" value={count(stats.callbackErrors)} />
      {leaked === 0 ? null : <Figure name="Outlived their owner" value={count(leaked)} />}
      <Figure name="Made at" value={inspection.madeAt === 0 ? '–' : clockTime(inspection.madeAt)} />
    </dl>
  );
}

/** What has the same cause is said once. */
function Groups({ explanations }: { explanations: readonly Explanation[] }) {
  const groups = new Map<string, Explanation[]>();
  for (const each of explanations) {
    const [first, ...others] = each.chain;
    const key = JSON.stringify([first?.code, first?.said, others, each.isLive]);
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return (
    <ul class="groups">
      {[...groups].map(([key, [first, ...others]]) =>
        first === undefined ? null : (
          <li key={key} class="card">
            <h4>
              {first.subject}
              {others.length === 0 ? null : ` and ${String(others.length)} more`}
            </h4>
            <p>{first.verdict}</p>
            <ExplanationView explanation={first} />
          </li>
        ),
      )}
    </ul>
  );
}
