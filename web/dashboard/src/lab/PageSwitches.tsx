import { useSyncExternalStore } from 'react';
import { useRealtimeManager } from 'switchboard-realtime/react';
import { useNetwork } from '../data/network.js';
import { useInspector } from '../inspector/dock.js';
import { useSharedLine } from '../line/windows.js';

/** Another window that shares the line may have pulled it. */
function onPlug(changed: () => void): () => void {
  const ended = new AbortController();
  addEventListener('online', changed, { signal: ended.signal });
  addEventListener('offline', changed, { signal: ended.signal });
  return () => {
    ended.abort();
  };
}

/** What this page can do to itself; it needs nobody's help. */
export function PageSwitches() {
  const network = useNetwork();
  const manager = useRealtimeManager();
  const line = useSharedLine();
  const inspector = useInspector();
  const isPlugged = useSyncExternalStore(onPlug, () => network.isPlugged);
  return (
    <section aria-labelledby="page-switches">
      <h3 id="page-switches">This window</h3>
      <div className="switches">
        <button
          type="button"
          aria-pressed={!isPlugged}
          onClick={() => {
            (line ?? network).plug(!isPlugged);
          }}
        >
          <b>{isPlugged ? 'Go offline' : 'Go online'}</b>
          <span>
            {isPlugged
              ? `Pulls the plug of ${line === null ? 'this window' : 'all that share the line'}`
              : 'Puts the plug back in'}
          </span>
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
        <button type="button" aria-pressed={inspector.isOpen} onClick={inspector.toggle}>
          <b>{inspector.isOpen ? 'Close the inspector' : 'Inspect'}</b>
          <span>Shows what the connection sees, and why it acts</span>
        </button>
      </div>
    </section>
  );
}
