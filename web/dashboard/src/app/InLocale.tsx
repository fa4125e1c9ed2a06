import type { ReactNode } from 'react';
import { locale } from '../format.js';

/** For dates, times and amounts: the page is in English, they are in the browser's language, and are to be read aloud so. */
export function InLocale({ children }: { children: ReactNode }) {
  return <span lang={locale}>{children}</span>;
}
