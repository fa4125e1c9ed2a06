import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { RealtimeInspector } from 'switchboard-realtime/inspector/react';
import type { InspectedManagers } from 'switchboard-realtime/inspector';

/** Shows the component. Returns the way to take it away. */
export function show(manager: InspectedManagers): () => void {
  const element = document.createElement('div');
  document.body.append(element);
  const root = createRoot(element);
  root.render(
    <StrictMode>
      <RealtimeInspector manager={manager} />
    </StrictMode>,
  );
  return () => {
    root.unmount();
    element.remove();
  };
}
