import { memo } from 'react';
import {
  Area,
  Bar,
  CartesianGrid,
  ComposedChart,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import { formatHour, formatMoney, formatRoundMoney, formatShortHour } from '../format.js';
import type { Hour } from './byHour.js';

type Props = {
  hours: readonly Hour[];
  /** The hour that it is, as in `hours`. */
  now: string;
  currency: string;
};

const tick = { fill: 'var(--text-quiet)', fontSize: '0.75rem' };
const label = { value: 'now', fill: 'var(--text-quiet)', fontSize: '0.75rem' };

/** Bookings of each hour as bars, what was paid until now as a line that climbs. Drawn only: the table beside it says the same. */
function DayChart({ hours, now, currency }: Props) {
  const money = (value: number): string => formatMoney(value, currency);
  const latest = hours.findLastIndex(({ revenue }) => revenue !== null);
  const hasRevenue = hours.some(({ revenue }) => (revenue ?? 0) > 0);
  return (
    <ResponsiveContainer width="100%" height="100%">
      <ComposedChart data={[...hours]} margin={{ top: 20, right: 0, bottom: 0, left: 0 }} accessibilityLayer={false}>
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis
          dataKey="hour"
          tickLine={false}
          axisLine={false}
          tick={tick}
          tickFormatter={(hour: string) => formatShortHour(Number(hour))}
        />
        <YAxis yAxisId="bookings" width="auto" allowDecimals={false} tickLine={false} axisLine={false} tick={tick} />
        <RevenueAxis currency={currency} hasRevenue={hasRevenue} />
        <Tooltip
          isAnimationActive={false}
          cursor={{ fill: 'var(--raised)' }}
          contentStyle={{ background: 'var(--panel)', border: '1px solid var(--line)', borderRadius: 8 }}
          itemStyle={{ color: 'var(--text)' }}
          labelFormatter={(hour) => (typeof hour === 'string' ? formatHour(Number(hour)) : null)}
          formatter={(value, name) => (name === 'Revenue' ? money(Number(value)) : String(value))}
        />
        <Bar
          yAxisId="bookings"
          dataKey="bookings"
          name="Bookings"
          fill="var(--chart-bar)"
          radius={[4, 4, 0, 0]}
          maxBarSize={28}
          isAnimationActive={false}
        />
        <Area
          yAxisId="revenue"
          dataKey="revenue"
          name="Revenue"
          type="monotone"
          stroke="var(--chart-line)"
          strokeWidth={2}
          fill="var(--chart-line)"
          fillOpacity={0.06}
          dot={(point) => <LatestDot key={point.index} {...point} isLatest={point.index === latest} />}
          isAnimationActive={false}
        />
        <NowLine now={now} />
      </ComposedChart>
    </ResponsiveContainer>
  );
}

function RevenueAxis({ currency, hasRevenue }: { currency: string; hasRevenue: boolean }) {
  return (
    <YAxis
      yAxisId="revenue"
      orientation="right"
      width="auto"
      tickLine={false}
      axisLine={false}
      tick={tick}
      // Without revenue there is nothing to scale by.
      {...(hasRevenue ? {} : { domain: [0, 1], ticks: [0] })}
      tickFormatter={(value: number) => formatRoundMoney(value, currency)}
    />
  );
}

function NowLine({ now }: { now: string }) {
  return (
    <ReferenceLine
      x={now}
      yAxisId="bookings"
      className="chart-now"
      stroke="var(--text-quiet)"
      strokeDasharray="3 3"
      // Above all that is drawn.
      label={{ ...label, position: 'top' }}
    />
  );
}

type DotProps = { cx?: number | undefined; cy?: number | undefined; isLatest: boolean };

/** The end of the line; in the first hour of a day all there is of it. */
function LatestDot({ cx, cy, isLatest }: DotProps) {
  if (!isLatest || cx === undefined || cy === undefined) return <g />;
  return <circle className="chart-latest" cx={cx} cy={cy} r={4} fill="var(--chart-line)" />;
}

export default memo(DayChart);
