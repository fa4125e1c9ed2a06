import { useEffect, useRef, type RefObject } from 'react';
import type { FlashMemory } from './flashMemory.js';

const FLASH_MS = 1600;

/** Lights an element for a moment when its row is new or has changed. One that is lit already stays so, however often the row changes. */
export function useFlash<T extends HTMLElement>(memory: FlashMemory, key: string, row: object): RefObject<T | null> {
  const ref = useRef<T>(null);
  const running = useRef<Animation>(null);
  useEffect(() => {
    if (!memory.isNews(key, row) || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    if (running.current?.playState === 'running') return;
    running.current =
      ref.current?.animate([{ backgroundColor: 'var(--lit)' }, {}], { duration: FLASH_MS, easing: 'ease-out' }) ?? null;
  }, [memory, key, row]);
  return ref;
}
