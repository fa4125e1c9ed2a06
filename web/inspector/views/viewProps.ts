import type { ManagerView } from '../model/watch.js';
import type { PanelState, PanelStore } from '../panel/store.js';

/** What every view gets. */
export type ViewProps = { readonly shown: ManagerView; readonly state: PanelState; readonly store: PanelStore };

/** Whether one of the texts has the words that are searched for. */
export function finds(search: string, ...texts: readonly string[]): boolean {
  const wanted = search.trim().toLowerCase();
  return wanted === '' || texts.some((text) => text.toLowerCase().includes(wanted));
}
