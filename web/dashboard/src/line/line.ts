import { createContext, useContext, useEffect } from 'react';
import { setSearch, useSearchParameter } from '../app/useSearchParameter.js';
import type { Config } from '../data/config.js';

/** Whether this window shares one line to the server with the other windows of the browser, or has its own. */
export type LineChoice = 'shared' | 'own';

const PARAMETER = 'tabs';

/** As the page's address says (`?tabs=off`), else as its configuration does. */
export function lineOf(address: string | null, { tabs = true }: Pick<Config, 'tabs'>): LineChoice {
  if (address === 'on') return 'shared';
  if (address === 'off') return 'own';
  return tabs ? 'shared' : 'own';
}

export function addressedLine(): string | null {
  return new URLSearchParams(location.search).get(PARAMETER);
}

/** The line that the page has taken, and the one that its configuration names. */
export type Lines = { readonly taken: LineChoice; readonly usual: LineChoice };

export const LineContext = createContext<Lines | null>(null);

export function useLines(): Lines {
  const lines = useContext(LineContext);
  if (lines === null) throw new Error('useLines needs a LineContext above it');
  return lines;
}

/** Has the page loaded again when its address names another line, also by Back: a manager keeps to the one that it was made for. */
export function useLineOfAddress(): void {
  const { taken, usual } = useLines();
  const wanted = lineOf(useSearchParameter(PARAMETER), { tabs: usual === 'shared' });
  useEffect(() => {
    if (wanted !== taken) location.reload();
  }, [wanted, taken]);
}

/** Loads the page again on another line, with the lab open, also after Back. */
export function takeLine(line: LineChoice, { usual }: Lines): void {
  setSearch({ lab: '' }, { replace: true });
  setSearch({ [PARAMETER]: line === usual ? null : line === 'shared' ? 'on' : 'off' });
}
