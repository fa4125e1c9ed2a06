import { useState } from 'react';
import { useRealtimeManager } from 'switchboard-realtime/react';
import { useNetwork } from '../data/network.js';

/** What this page can do to itself; it needs nobody's help. */
export function PageSwitches() {
  const network = useNetwork();
  const manager = useRealtimeManager();
  const [isPlugged, setPlugged] = useState(network.isPlugged);
  return (
    <section aria-labelledby="page-switches">
      <h3 id="page-switches">This window</h3>
      <div className="switches">
        <button
          type="button"
          aria-pressed={!isPlugged}
          onClick={() => {
            network.plug(!isPlugged);
            setPlugged(!isPlugged);
          }}
        >
          <b>{isPlugged ? 'Go offline' : 'Go online'}</b>
          <span>{isPlugged ? 'Pulls the plug of this window' : 'Puts the plug back in'}</span>
        </button>
        <button
          type="button"
          onClick={() => {
            manager.reconnectAll();
          }}
        >
          <b>Reconnect</b>
          <span>Closes all sockets and opens them again</span>
        </button>
      </div>
    </section>
  );
}
