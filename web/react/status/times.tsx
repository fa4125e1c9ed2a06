import type { ReactNode } from 'react';
import type { StatusTexts } from './texts.js';
import { useSeconds } from './useSeconds.js';

/** Since when something is in its state. */
export function Since({ at, texts }: { at: number; texts: StatusTexts }): ReactNode {
  const time = (
    <time key="time" dateTime={new Date(at).toISOString()}>
      {texts.time(at)}
    </time>
  );
  return texts.since(time);
}

/** The next try, counting down. */
export function Countdown({ to, texts }: { to: number; texts: StatusTexts }): ReactNode {
  return texts.nextTry(Math.max(0, Math.ceil(to / 1_000) - useSeconds()));
}
