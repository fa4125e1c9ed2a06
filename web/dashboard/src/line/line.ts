import { createContext, useContext } from 'react';
import { addressed, choose, useReloadForOther, type Choice } from '../lab/addressChoice.js';
import { useSearchParameter } from '../app/useSearchParameter.js';
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
  return addressed(PARAMETER);
}

/** The line that the page has taken, and the one that its configuration names. */
export type Lines = Choice<LineChoice>;

export const LineContext = createContext<Lines | null>(null);

export function useLines(): Lines {
  const lines = useContext(LineContext);
  if (lines === null) throw new Error('useLines needs a LineContext above it');
  return lines;
}

/** Has the page loaded again when its address names another line. */
export function useLineOfAddress(): void {
  const { taken, usual } = useLines();
  useReloadForOther(lineOf(useSearchParameter(PARAMETER), { tabs: usual === 'shared' }), taken);
}

/** Loads the page again on another line. */
export function takeLine(line: LineChoice, { usual }: Lines): void {
  choose(PARAMETER, line === usual ? null : line === 'shared' ? 'on' : 'off');
}
