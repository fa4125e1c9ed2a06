/** @jsxImportSource preact */
import { StateBadge } from '../views/parts.js';
import { CopyReport } from './CopyReport.js';
import { SaveRecording } from './SaveRecording.js';
import type { PanelState, PanelStore } from './store.js';

type Props = { store: PanelStore; state: PanelState; onClose: (() => void) | null };

export function Head({ store, state, onClose }: Props) {
  const { names, chosen, isPaused, search, shown } = state;
  return (
    <header class="head">
      <h2>Switchboard</h2>
      {names.length > 1 ? (
        <select
          aria-label="Manager"
          value={String(chosen)}
          onChange={(event) => {
            store.choose(Number(event.currentTarget.value));
          }}
        >
          {names.map((name, index) => (
            <option key={name} value={String(index)}>
              {name}
            </option>
          ))}
        </select>
      ) : null}
      <span class="overall" role="status">
        {shown === null ? null : <StateBadge state={shown.status.overall} />}
      </span>
      <input
        class="search"
        type="search"
        placeholder="Search"
        aria-label="Search sockets, subscriptions, channels and the timeline"
        value={search}
        onInput={(event) => {
          store.set({ search: event.currentTarget.value });
        }}
      />
      <div class="tools">
        <button
          type="button"
          aria-pressed={isPaused}
          disabled={shown === null}
          onClick={() => {
            store.set({ isPaused: !isPaused });
          }}
        >
          Pause
        </button>
        {shown === null ? null : <CopyReport name={names[chosen] ?? 'manager'} shown={shown} />}
        <SaveRecording manager={store.manager} />
        {onClose === null ? null : (
          <button type="button" class="close" aria-label="Close the inspector" onClick={onClose}>
            ×
          </button>
        )}
      </div>
    </header>
  );
}
