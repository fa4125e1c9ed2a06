import type { ReactNode } from 'react';
import { RealtimeConnectionStatus } from 'switchboard-realtime/react';

export function Header({ children }: { children: ReactNode }) {
  return (
    <header className="top">
      <h1>
        <img src="/icon.svg" alt="" width="28" height="28" />
        Switchboard
      </h1>
      {children}
      <RealtimeConnectionStatus />
    </header>
  );
}
