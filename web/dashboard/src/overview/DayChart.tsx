import { memo } from 'react';
import { Area, Bar, CartesianGrid, ComposedChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { formatMoney } from '../format.js';
import type { Hour } from './byHour.js';

type Props = { hours: readonly Hour[]; currency: string };

const tick = { fill: 'var(--text-quiet)', fontSize: 12 };

/** Bookings of each hour as bars, what was paid as a line that climbs. */
function DayChart({ hours, currency }: Props) {
  const money = (value: number): string => formatMoney(value, currency);
  return (
    <ResponsiveContainer width="100%" height="100%">
      <ComposedChart data={[...hours]} margin={{ top: 8, right: 0, bottom: 0, left: 0 }} accessibilityLayer>
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis dataKey="hour" tickLine={false} axisLine={false} tick={tick} />
        <YAxis yAxisId="bookings" width={28} allowDecimals={false} tickLine={false} axisLine={false} tick={tick} />
        <YAxis
          yAxisId="revenue"
          orientation="right"
          width={64}
          tickLine={false}
          axisLine={false}
          tick={tick}
          tickFormatter={(value: number) => money(value).replace(/[.,]00$/, '')}
        />
        <Tooltip
          isAnimationActive={false}
          cursor={{ fill: 'var(--raised)' }}
          contentStyle={{ background: 'var(--panel)', border: '1px solid var(--line)', borderRadius: 8 }}
          labelFormatter={(hour) => (typeof hour === 'string' ? `${hour}:00` : null)}
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
          stroke="var(--accent)"
          strokeWidth={2}
          fill="var(--accent)"
          fillOpacity={0.08}
          dot={false}
          isAnimationActive={false}
        />
      </ComposedChart>
    </ResponsiveContainer>
  );
}

export default memo(DayChart);
