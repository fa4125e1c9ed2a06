/** @jsxImportSource preact */
import type { FunctionComponent } from 'preact';
import { TimelineView } from '../timeline/TimelineView.js';
import { ChannelsView } from '../views/ChannelsView.js';
import { LatencyView } from '../views/LatencyView.js';
import { LimitsView } from '../views/LimitsView.js';
import { Overview } from '../views/Overview.js';
import { SessionView } from '../views/SessionView.js';
import { SocketsView } from '../views/SocketsView.js';
import { SubscriptionsView } from '../views/SubscriptionsView.js';
import type { ViewProps } from '../views/viewProps.js';
import { Head } from './Head.js';
import type { PanelState, PanelStore, ViewName } from './store.js';
import { TabList } from './TabList.js';

const VIEWS: readonly { readonly id: ViewName; readonly label: string; readonly View: FunctionComponent<ViewProps> }[] =
  [
    { id: 'overview', label: 'Overview', View: Overview },
    { id: 'sockets', label: 'Sockets', View: SocketsView },
    { id: 'subscriptions', label: 'Subscriptions', View: SubscriptionsView },
    { id: 'channels', label: 'Channels', View: ChannelsView },
    { id: 'timeline', label: 'Timeline', View: TimelineView },
    { id: 'limits', label: 'Limits', View: LimitsView },
    { id: 'latency', label: 'Latency', View: LatencyView },
    { id: 'session', label: 'Session', View: SessionView },
  ];

type Props = { store: PanelStore; state: PanelState; onClose: (() => void) | null };

export function Panel({ store, state, onClose }: Props) {
  const { shown, view, names, chosen } = state;
  const current = VIEWS.find(({ id }) => id === view) ?? VIEWS[0];
  return (
    <section
      class="panel"
      aria-label="Switchboard inspector"
      onKeyDown={(event) => {
        if (event.key === 'Escape' && onClose !== null) onClose();
      }}
    >
      <Head store={store} state={state} onClose={onClose} />
      <TabList
        tabs={VIEWS.map(({ id, label }) => ({ id, label }))}
        chosen={view}
        onChoose={(id) => {
          store.set({ view: id });
        }}
      />
      <div class="body" role="tabpanel" id="view" aria-labelledby={`tab-${view}`} tabIndex={0} data-view={view}>
        {shown === null || current === undefined ? (
          <p class="empty">There is no manager to look at: give `mountInspector` one.</p>
        ) : (
          <>
            {shown.inspection.disposed ? (
              <p class="note" data-tone="warn">
                {shown.inspection.madeAt === 0
                  ? 'There is no manager at the moment. It is shown as soon as one is made.'
                  : 'This manager was disposed of. What is shown is all that is left of it.'}
              </p>
            ) : null}
            <current.View key={`${String(chosen)} ${names[chosen] ?? ''}`} shown={shown} state={state} store={store} />
          </>
        )}
      </div>
    </section>
  );
}
