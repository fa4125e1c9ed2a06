import { useSeconds } from '../../data/seconds.js';

/** When the next try is, counting down. Not announced: a screen reader would hear it each second. */
export function Countdown({ to }: { to: number }) {
  const seconds = Math.max(0, Math.ceil(to / 1_000 - useSeconds()));
  return <span aria-hidden="true">{seconds > 0 ? `Next try in ${seconds} s.` : 'Trying now…'}</span>;
}
