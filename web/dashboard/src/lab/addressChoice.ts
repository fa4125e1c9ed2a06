import { useEffect } from 'react';
import { setSearch } from '../app/useSearchParameter.js';

/** What the page has taken of a choice that a manager is made for, and what its configuration names. */
export type Choice<Value> = { readonly taken: Value; readonly usual: Value };

/** What the page's address says of a choice; null: nothing. */
export function addressed(parameter: string): string | null {
  return new URLSearchParams(location.search).get(parameter);
}

/** Has the page loaded again when its address names something else, also by Back: a manager keeps to what it was made for. */
export function useReloadForOther<Value>(wanted: Value, taken: Value): void {
  useEffect(() => {
    if (wanted !== taken) location.reload();
  }, [wanted, taken]);
}

/** Names it in the address, by which the page is loaded again, with the lab open, also after Back. `text`: null for what is usual. */
export function choose(parameter: string, text: string | null): void {
  setSearch({ lab: '' }, { replace: true });
  setSearch({ [parameter]: text });
}
