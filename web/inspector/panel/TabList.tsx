/** @jsxImportSource preact */
import type { ViewName } from './store.js';

type Props = {
  tabs: readonly { readonly id: ViewName; readonly label: string }[];
  chosen: ViewName;
  onChoose: (id: ViewName) => void;
};

const STEPS: Readonly<Partial<Record<string, (at: number, count: number) => number>>> = {
  ArrowRight: (at, count) => (at + 1) % count,
  ArrowLeft: (at, count) => (at + count - 1) % count,
  Home: () => 0,
  End: (_at, count) => count - 1,
};

/** One tab stop; arrows go from tab to tab. */
export function TabList({ tabs, chosen, onChoose }: Props) {
  const go = (event: KeyboardEvent): void => {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = tabs.findIndex(({ id }) => id === chosen);
    const next = tabs[step(at, tabs.length)];
    if (next === undefined) return;
    onChoose(next.id);
    const list = event.currentTarget as HTMLElement;
    const tab = list.querySelector<HTMLElement>(`#tab-${next.id}`);
    tab?.focus();
    tab?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  };
  return (
    <div class="tabs" role="tablist" aria-label="Views" onKeyDown={go}>
      {tabs.map(({ id, label }) => (
        <button
          key={id}
          type="button"
          role="tab"
          id={`tab-${id}`}
          aria-selected={id === chosen}
          aria-controls={id === chosen ? 'view' : undefined}
          tabIndex={id === chosen ? 0 : -1}
          onClick={() => {
            onChoose(id);
          }}
        >
          {label}
        </button>
      ))}
    </div>
  );
}
