/** @jsxImportSource preact */
import { PLAN_LIMITS, PLANS, PLAN_WORDS, type PlanName } from '../model/limits.js';
import type { Rates } from '../model/rates.js';
import { bytes, count } from './format.js';
import { Figure, Section } from './parts.js';
import { Sparkline } from './Sparkline.js';
import type { ViewProps } from './viewProps.js';

interface Measure {
  readonly name: string;
  readonly now: number;
  readonly most: number;
  readonly limit: number;
  /** Past values; null: it has none. */
  readonly of: keyof Rates | null;
  /** Whether the limit is for all clients together. */
  readonly isShared: boolean;
}

/** What this client takes of what the project may have. */
export function LimitsView({ shown, state: { plan }, store }: ViewProps) {
  const { rates } = shown;
  return (
    <>
      <div class="row">
        <label>
          Plan{' '}
          <select
            value={plan}
            onChange={(event) => {
              store.set({ plan: event.currentTarget.value as PlanName });
            }}
          >
            {PLANS.map((name) => (
              <option key={name} value={name}>
                {PLAN_WORDS[name]}
              </option>
            ))}
          </select>
        </label>
        <p class="quiet">
          The limits are for all clients of the project together; the bars show what this one takes. See{' '}
          <a href="https://supabase.com/docs/guides/realtime/limits" target="_blank" rel="noreferrer">
            Supabase’s limits
          </a>
          .
        </p>
      </div>
      <ul class="meters">
        {measuresOf(shown, plan).map((measure) => (
          <Meter key={measure.name} measure={measure} series={rates.series} />
        ))}
      </ul>
      <Section title="Per second, for this client">
        <dl class="figures">
          <Figure name="Frames in" value={count(rates.now.framesIn)} />
          <Figure name="Frames out" value={count(rates.now.framesOut)} />
          <Figure name="Changes" value={count(rates.now.changes)} />
          <Figure name="Deliveries" value={count(rates.now.deliveries)} />
          <Figure name="Broadcasts sent" value={count(rates.now.broadcasts)} />
          <Figure name="Traffic" value={bytes(rates.now.bytes)} />
        </dl>
      </Section>
    </>
  );
}

function measuresOf({ status, rates: { now, most } }: ViewProps['shown'], plan: PlanName): readonly Measure[] {
  const limits = PLAN_LIMITS[plan];
  const open = status.connections.filter(({ state }) => state === 'open').length;
  const fullest = Math.max(0, ...status.connections.map(({ channels }) => channels));
  const rate = (name: string, of: keyof Rates, limit: number): Measure => ({
    ...{ name, of, limit, isShared: true, now: now[of], most: most[of] },
  });
  return [
    { name: 'Connections', now: open, most: open, limit: limits.connections, of: null, isShared: true },
    rate('Messages per second', 'messages', limits.messagesPerSecond),
    rate('Channel joins per second', 'joins', limits.joinsPerSecond),
    rate('Presence calls per second', 'presence', limits.presencePerSecond),
    {
      ...{ name: 'Channels on the fullest connection', now: fullest, most: fullest },
      ...{ limit: limits.channelsPerConnection, of: null, isShared: false },
    },
  ];
}

function Meter({ measure, series }: { measure: Measure; series: readonly Rates[] }) {
  const { name, now, most, limit, of } = measure;
  const share = now / limit;
  const tone = share >= 0.9 ? 'bad' : share >= 0.5 ? 'warn' : 'good';
  const peak = of === null ? '' : `, at most ${count(most)}`;
  return (
    <li class="meter">
      <div class="meter-head">
        <span>{name}</span>
        <span>
          <strong>{count(now)}</strong> of {count(limit)}
          <span class="quiet">{peak}</span>
        </span>
      </div>
      <div
        class="gauge"
        role="meter"
        aria-label={name}
        aria-valuemin={0}
        aria-valuemax={limit}
        aria-valuenow={Math.min(now, limit)}
        aria-valuetext={`${count(now)} of ${count(limit)}`}
        data-tone={tone}
      >
        <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
          <rect width={Math.min(100, share * 100)} height={1} />
        </svg>
      </div>
      {of === null ? null : (
        <Sparkline values={series.map((rates) => rates[of])} label={`${name} in the last minute`} />
      )}
      <p class="quiet">{roomText(measure)}</p>
    </li>
  );
}

function roomText({ most, limit, isShared }: Measure): string {
  if (most > limit) return 'This client alone is above the limit.';
  if (!isShared) return 'The limit is for each connection.';
  if (most <= 0) return 'Nothing has been counted yet.';
  return `Room for ${count(Math.floor(limit / most))} clients that do the same at the same time.`;
}
