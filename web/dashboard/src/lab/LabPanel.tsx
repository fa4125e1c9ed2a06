import { useEffect, useRef } from 'react';
import { CloseIcon } from '../app/icons.js';
import { CounterList } from './CounterList.js';
import { PageSwitches } from './PageSwitches.js';
import { LineSwitch } from '../line/LineSwitch.js';
import { RoadSwitch } from '../road/RoadSwitch.js';
import { ServerSwitches } from './ServerSwitches.js';

/** Where one can break things and watch how they recover. Takes the focus when it opens. */
export function LabPanel({ businessId, onClose }: { businessId: string; onClose: () => void }) {
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    panel.current?.focus();
  }, []);
  return (
    <aside
      ref={panel}
      className="lab"
      id="lab"
      aria-labelledby="lab-title"
      tabIndex={-1}
      onKeyDown={({ key }) => {
        if (key === 'Escape') onClose();
      }}
    >
      <div className="lab-head">
        <h2 id="lab-title">Lab</h2>
        <button type="button" className="icon-button" aria-label="Close the lab" onClick={onClose}>
          <CloseIcon />
        </button>
      </div>
      <CounterList />
      <LineSwitch />
      <RoadSwitch />
      <PageSwitches />
      <ServerSwitches businessId={businessId} />
    </aside>
  );
}
