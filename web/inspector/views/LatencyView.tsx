/** @jsxImportSource preact */
import type { HistogramView } from '../model/histogram.js';
import { count, ms } from './format.js';
import { Figure, Section } from './parts.js';
import type { ViewProps } from './viewProps.js';

export function LatencyView({ shown, store }: ViewProps) {
  return (
    <>
      <Section title="From commit to callback">
        <p class="quiet">
          By the clocks of the database and of this machine, so a difference of the two is in it. With the time in
          delivery windows and in pause.
        </p>
        <HistogramPart
          view={shown.latency}
          label="From commit to callback"
          empty="No change has come since the inspector was opened."
        />
      </Section>
      <Section title="Until live for the first time">
        <HistogramPart
          view={shown.liveAfter}
          label="Until live for the first time"
          empty="Nothing has become live since the inspector was opened."
        />
      </Section>
      <Section title="Until live again, after an interruption">
        <HistogramPart
          view={shown.liveAgainAfter}
          label="Until live again"
          empty="Nothing was interrupted since the inspector was opened."
        />
      </Section>
      <p>
        <button
          type="button"
          onClick={() => {
            store.watch?.clearLatency();
          }}
        >
          Measure from zero
        </button>
      </p>
    </>
  );
}

function HistogramPart({ view, label, empty }: { view: HistogramView; label: string; empty: string }) {
  const { buckets, median, p95, p99, most } = view;
  if (view.count === 0) return <p class="empty">{empty}</p>;
  const highest = Math.max(...buckets.map((bucket) => bucket.count));
  const last = buckets.findLastIndex((bucket) => bucket.count > 0);
  const first = buckets.findIndex((bucket) => bucket.count > 0);
  const shown = buckets.slice(Math.max(0, first - 1), last + 2);
  return (
    <>
      <dl class="figures">
        <Figure name="Measured" value={count(view.count)} />
        <Figure name="Median" value={ms(median)} />
        <Figure name="95 %" value={ms(p95)} />
        <Figure name="99 %" value={ms(p99)} />
        <Figure name="Longest" value={ms(most)} />
      </dl>
      <table class="histogram" aria-label={label}>
        <tbody>
          {shown.map(({ upTo, count: inBucket }) => (
            <tr key={upTo ?? 'more'}>
              <th scope="row">{upTo === null ? 'more' : `to ${ms(upTo)}`}</th>
              <td class="bar">
                <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
                  <rect width={(inBucket / highest) * 100} height={1} />
                </svg>
              </td>
              <td data-number>{count(inBucket)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
