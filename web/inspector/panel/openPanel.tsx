/** @jsxImportSource preact */
import { render } from 'preact';
import type { PlanName } from '../model/limits.js';
import { Panel } from './Panel.js';
import { PanelStore, type NamedManager } from './store.js';
import { panelSheets } from './sheets.js';

export interface PanelOptions {
  readonly plan: PlanName;
  /** Null: the panel can't be closed from inside. */
  readonly onClose: (() => void) | null;
}

/** Draws the panel into a shadow root, at most once a frame. */
export function openPanel(
  root: ShadowRoot,
  managers: readonly NamedManager[],
  { plan, onClose }: PanelOptions,
): { dispose(): void } {
  root.adoptedStyleSheets = panelSheets();
  let frame: number | null = null;
  const draw = (): void => {
    frame = null;
    render(<Panel store={store} state={store.read()} onClose={onClose} />, root);
  };
  const store = new PanelStore(managers, plan, () => {
    frame ??= requestAnimationFrame(draw);
  });
  store.choose(0);
  draw();
  return {
    dispose: () => {
      store.end();
      if (frame !== null) cancelAnimationFrame(frame);
      render(null, root);
    },
  };
}
