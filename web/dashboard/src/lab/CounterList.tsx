import { useState } from 'react';
import { formatCount } from '../format.js';
import { useCounters, type Counters } from './useCounters.js';

type Name = keyof Counters;

/** What there is at the moment. */
const now = [
  ['sockets', 'Sockets', 'Connections to the server'],
  ['channels', 'Channels', 'Subscriptions packed together'],
  ['bindings', 'Bindings', 'Distinct interests; equal ones share one'],
] as const satisfies readonly (readonly [Name, string, string])[];

/** What has happened, counted from zero on request. */
const since = [
  ['connects', 'Connects', 'Connections opened'],
  ['messagesIn', 'Messages in', 'Frames from the server'],
  ['changes', 'Changes in', 'Changes of rows, of which a message may have many'],
  ['callbacksOut', 'Callbacks out', 'Calls into this page'],
  ['conflated', 'Conflated', 'Changes that a newer one of the row made needless'],
  ['gaps', 'Gaps', 'Times in which a subscription may have missed changes'],
  ['filled', 'Holes filled', 'Messages that were missed and fetched by their numbers'],
  ['refetches', 'Refetches', 'Reads over REST'],
  ['longTasks', 'Long tasks', 'More than 50 ms in which the page could not answer'],
] as const satisfies readonly (readonly [Name, string, string])[];

export function CounterList() {
  const counters = useCounters();
  const [zero, setZero] = useState<Counters>();
  return (
    <section aria-labelledby="counters-title">
      <div className="lab-head">
        <h3 id="counters-title">Counters</h3>
        <button
          type="button"
          className="link"
          onClick={() => {
            setZero(counters);
          }}
        >
          Count from zero
        </button>
      </div>
      <dl className="counters">
        {now.map(([name, label, about]) => (
          <Counter key={name} name={name} label={label} about={about} value={counters[name]} />
        ))}
        {since.map(([name, label, about]) => (
          <Counter key={name} name={name} label={label} about={about} value={counters[name] - (zero?.[name] ?? 0)} />
        ))}
      </dl>
    </section>
  );
}

type CounterProps = { name: Name; label: string; about: string; value: number };

function Counter({ name, label, about, value }: CounterProps) {
  return (
    <div title={about}>
      <dt>{label}</dt>
      <dd data-counter={name}>{formatCount(value)}</dd>
    </div>
  );
}
