/** @jsxImportSource preact */
import type { Viewport } from './viewport.js';

const KINDS = { all: 'All', socket: 'Sockets', key: 'Subscriptions', channel: 'Channels' } as const;

/** Which lanes are on display. */
export type Kind = keyof typeof KINDS;

type Props = {
  kind: Kind;
  onKind: (kind: Kind) => void;
  viewport: Viewport;
  /** In ms since the core began. */
  now: () => number;
  /** The time of the oldest entry. */
  begin: number;
  onMove: () => void;
};

export function TimelineTools({ kind, onKind, viewport, now, begin, onMove }: Props) {
  const press = (change: () => void) => () => {
    change();
    onMove();
  };
  const zoom = (factor: number) =>
    press(() => {
      viewport.zoom(factor, now());
    });
  const all = press(() => {
    viewport.all(begin, now());
  });
  const follow = press(() => {
    viewport.follow();
  });
  return (
    <div class="row">
      <label>
        Lanes{' '}
        <select
          value={kind}
          onChange={(event) => {
            onKind(event.currentTarget.value as Kind);
          }}
        >
          {Object.entries(KINDS).map(([name, words]) => (
            <option key={name} value={name}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <div class="tools">
        <button type="button" aria-label="Zoom in" onClick={zoom(0.5)}>
          +
        </button>
        <button type="button" aria-label="Zoom out" onClick={zoom(2)}>
          −
        </button>
        <button type="button" onClick={all}>
          All
        </button>
        <button type="button" aria-pressed={viewport.isFollowing} onClick={follow}>
          Follow
        </button>
      </div>
    </div>
  );
}
