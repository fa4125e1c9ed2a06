import { useEffect, useRef, type RefObject } from 'react';

const FLASH_MS = 1600;

/** Lights an element for a moment each time `occasion` becomes another number. */
export function useFlash<T extends HTMLElement>(occasion: number | undefined): RefObject<T | null> {
  const ref = useRef<T>(null);
  useEffect(() => {
    if (occasion === undefined || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    const flash = ref.current?.animate([{ backgroundColor: 'var(--lit)' }, {}], {
      duration: FLASH_MS,
      easing: 'ease-out',
    });
    return () => {
      flash?.cancel();
    };
  }, [occasion]);
  return ref;
}
