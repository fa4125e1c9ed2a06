import { CloseIcon } from '../app/icons.js';
import { CounterList } from './CounterList.js';
import { PageSwitches } from './PageSwitches.js';
import { ServerSwitches } from './ServerSwitches.js';

/** Where one can break things and watch how they mend. */
export function LabPanel({ businessId, onClose }: { businessId: string; onClose: () => void }) {
  return (
    <aside className="lab" id="lab" aria-labelledby="lab-title">
      <div className="lab-head">
        <h2 id="lab-title">Lab</h2>
        <button type="button" className="icon-button" aria-label="Close the lab" onClick={onClose}>
          <CloseIcon />
        </button>
      </div>
      <CounterList />
      <PageSwitches />
      <ServerSwitches businessId={businessId} />
    </aside>
  );
}
