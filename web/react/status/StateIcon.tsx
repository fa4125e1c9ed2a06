import type { ReactNode } from 'react';
import type { Look } from './words.js';

/** Of 16 by 16; drawn in the colour of the text. */
const SIGNS: Readonly<Record<Look, ReactNode>> = {
  live: (
    <>
      <circle cx="8" cy="8" r="7" fill="currentColor" />
      <path className="switchboard-icon-mark" d="M4.8 8.3 7 10.5l4.2-4.6" />
    </>
  ),
  partial: (
    <>
      <path d="M8 1.5 15.2 14H.8z" fill="currentColor" strokeLinejoin="round" />
      <path className="switchboard-icon-mark" d="M8 6v3.6m0 2.1v.1" />
    </>
  ),
  connecting: <circle className="switchboard-icon-ring" cx="8" cy="8" r="6" />,
  offline: (
    <>
      <rect x="1" y="1" width="14" height="14" rx="3" fill="currentColor" />
      <path className="switchboard-icon-mark" d="m5 5 6 6m0-6-6 6" />
    </>
  ),
  idle: <circle className="switchboard-icon-outline" cx="8" cy="8" r="6" />,
};

/** The sign of a state, in its colour. The words beside it say the same. */
export function StateIcon({ look }: { look: Look }): ReactNode {
  return (
    <svg
      className={`switchboard-icon switchboard-look-${look}`}
      viewBox="0 0 16 16"
      aria-hidden="true"
      focusable="false"
    >
      {SIGNS[look]}
    </svg>
  );
}
