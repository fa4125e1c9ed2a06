import { useSyncExternalStore } from 'react';

// Times and money must never be cut, in no language: their columns are as wide as the widest that can occur, measured once in the page's own font.

const widths = new Map<string, string>();
let fonts = 0;

function subscribe(changed: () => void): () => void {
  const loaded = (): void => {
    fonts += 1;
    widths.clear();
    changed();
  };
  document.fonts.addEventListener('loadingdone', loaded);
  return () => {
    document.fonts.removeEventListener('loadingdone', loaded);
  };
}

/** Measures again when fonts have loaded. */
export function useMeasuredFonts(): number {
  return useSyncExternalStore(subscribe, () => fonts);
}

/** The width of the widest of these texts as a CSS length, in `rem` so that it grows with the reader's text size. */
export function widthOf(texts: readonly string[], className: string): string {
  const key = `${className}\n${texts.join('\n')}`;
  let width = widths.get(key);
  if (width === undefined) {
    width = measure(texts, className);
    widths.set(key, width);
  }
  return width;
}

function measure(texts: readonly string[], className: string): string {
  const probe = document.body.appendChild(document.createElement('div'));
  probe.className = `measured ${className}`;
  for (const text of texts) probe.appendChild(document.createElement('div')).textContent = text;
  const pixels = probe.getBoundingClientRect().width;
  probe.remove();
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  return `${Math.ceil((pixels / rem) * 100 + 2) / 100}rem`;
}
