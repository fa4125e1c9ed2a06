import type { ReactNode } from 'react';
import { useSeconds } from './useSeconds.js';

/** A moment, as the clock shows it here. */
export function ClockTime({ at }: { at: number }): ReactNode {
  const date = new Date(at);
  return <time dateTime={date.toISOString()}>{date.toLocaleTimeString()}</time>;
}

/** The time until then, counting down. */
export function Countdown({ to }: { to: number }): ReactNode {
  const left = Math.ceil(to / 1_000) - useSeconds();
  return left > 0 ? `in ${left} s` : 'now';
}
