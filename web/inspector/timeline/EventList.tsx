/** @jsxImportSource preact */
import type { Lane } from './lanes.js';

const LISTED = 100;

const time = new Intl.DateTimeFormat(undefined, {
  ...({ hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3, hour12: false } as const),
});

interface Event {
  readonly at: number;
  readonly lane: string;
  readonly what: string;
  readonly tone: string;
}

/** What the picture shows, in words. */
export function EventList({ lanes, startedAt }: { lanes: readonly Lane[]; startedAt: number }) {
  const events = eventsOf(lanes);
  return (
    <ol class="events" aria-label="Events">
      {events.map(({ at, lane, what, tone }, index) => (
        <li key={index} data-tone={tone}>
          <time>{time.format(startedAt + at)}</time>
          <span class="quiet">{lane}</span>
          <span class="what">{what}</span>
        </li>
      ))}
    </ol>
  );
}

function eventsOf(lanes: readonly Lane[]): readonly Event[] {
  const all = lanes.flatMap(({ name, marks, spans, gaps }): Event[] => [
    ...marks.map(({ at, what, tone }) => ({ at, lane: name, what, tone })),
    ...spans.slice(-LISTED).map(({ from, state, reason, message }) => {
      const isWell = reason === '' || reason === 'OK';
      return {
        at: from,
        lane: name,
        what: `${state}${isWell ? '' : `: ${reason} ${message}`}`,
        tone: isWell ? 'calm' : 'warn',
      };
    }),
    ...gaps.map(({ from, reason }) => ({
      at: from,
      lane: name,
      what: `changes may be missing: ${reason}`,
      tone: 'bad',
    })),
    ...gaps
      .filter(({ to }) => to !== Infinity)
      .map(({ to }) => ({ at: to, lane: name, what: 'the gap is over', tone: 'good' })),
  ]);
  return all.sort((a, b) => b.at - a.at).slice(0, LISTED);
}
