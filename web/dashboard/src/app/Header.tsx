import type { ReactNode } from 'react';
import { RealtimeConnectionStatus } from 'switchboard-realtime/react';
import { LabIcon } from './icons.js';

type Props = { children: ReactNode; isLabOpen: boolean; onLab: () => void };

export function Header({ children, isLabOpen, onLab }: Props) {
  return (
    <header className="top">
      <h1>
        <img src="/icon.svg" alt="" width="26" height="26" />
        Switchboard
      </h1>
      {children}
      <div className="top-end">
        <RealtimeConnectionStatus />
        <button
          type="button"
          className="quiet-button"
          aria-label="Lab"
          aria-expanded={isLabOpen}
          aria-controls={isLabOpen ? 'lab' : undefined}
          onClick={onLab}
        >
          <LabIcon />
          <span className="lab-word">Lab</span>
        </button>
      </div>
    </header>
  );
}
