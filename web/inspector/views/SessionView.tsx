/** @jsxImportSource preact */
import type { TokenFacts } from '../../core/index.js';
import { count, dayOrTime, span } from './format.js';
import { Figure, Section } from './parts.js';
import type { ViewProps } from './viewProps.js';

const SOURCES = {
  callback: 'Tokens come from the `accessToken` callback. They are read, not verified.',
  setAuth: 'Tokens come from `setAuth`. They are read, not verified.',
  none: 'The manager has no `accessToken` callback, and `setAuth` was not called.',
} as const;
const CARRIERS = { worker: 'a SharedWorker', tab: 'one of the tabs', own: 'this tab, for itself' } as const;

/** Tabs that share the line, and what can be read off key and token. */
export function SessionView({ shown }: ViewProps) {
  const { inspection, now, stats } = shown;
  return (
    <>
      <Section title="Access token">
        <TokenPart
          facts={inspection.token}
          now={now}
          none="None: channels are joined with the rights of the api key."
        />
        <p class="quiet">{SOURCES[inspection.tokenSource]}</p>
      </Section>
      <Section title="Api key">
        <TokenPart facts={inspection.apikey} now={now} none="None." />
      </Section>
      <Section title="Tabs">
        <TabsPart shown={shown} />
      </Section>
      <Section title="Manager">
        <dl class="figures">
          <Figure
            name="Endpoint"
            value={<span class="name">{inspection.endpoint === '' ? '–' : inspection.endpoint}</span>}
          />
          <Figure name="Page listeners" value={count(stats.pageListeners)} />
          <Figure name="Status listeners" value={count(stats.statusListeners)} note="the inspector’s own included" />
          <Figure name="Deadlines" value={count(stats.core?.deadlines ?? 0)} />
        </dl>
      </Section>
    </>
  );
}

function TokenPart({ facts, now, none }: { facts: TokenFacts | null; now: number; none: string }) {
  if (facts === null) return <p class="empty">{none}</p>;
  const { kind, role, issuedAt, expiresAt } = facts;
  const left = expiresAt === null ? null : expiresAt - now;
  return (
    <dl class="figures">
      <Figure name="Form" value={kind} />
      <Figure name="Role" value={role ?? '–'} />
      <Figure name="Age" value={issuedAt === null ? '–' : span(now - issuedAt)} {...noteOf(issuedAt, now)} />
      <Figure
        name={left !== null && left <= 0 ? 'Expired' : 'Expires'}
        value={left === null ? 'never, or not known' : left > 0 ? `in ${span(left)}` : `${span(-left)} ago`}
        {...noteOf(expiresAt, now)}
      />
    </dl>
  );
}

function noteOf(at: number | null, now: number): { note?: string } {
  return at === null ? {} : { note: dayOrTime(at, now) };
}

function TabsPart({ shown: { status, stats } }: Pick<ViewProps, 'shown'>) {
  if (status.tabs === undefined) {
    return <p class="empty">This manager has a line of its own. With the option `tabs`, tabs share one.</p>;
  }
  const { carrier, code, message } = status.tabs;
  const { tabs } = stats;
  return (
    <>
      <p>
        The line is carried by {CARRIERS[carrier]}.{code === 'OK' ? null : ` ${code}: ${message}`}
      </p>
      {tabs === undefined ? null : (
        <dl class="figures">
          <Figure name="Tabs" value={count(tabs.count)} note={`${count(tabs.visible)} visible`} />
          <Figure name="Subscriptions of all" value={count(tabs.subscriptions)} />
          <Figure name="Channels of all" value={count(tabs.channels)} />
        </dl>
      )}
    </>
  );
}
