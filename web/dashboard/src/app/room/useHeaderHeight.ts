import { useEffect, useRef, type RefObject } from 'react';

/** Keeps `--header` as high as the header is, however its parts wrap: what sticks below it is never behind it. */
export function useHeaderHeight(): RefObject<HTMLElement | null> {
  const header = useRef<HTMLElement>(null);
  useEffect(() => {
    if (header.current === null) return undefined;
    const { style } = document.documentElement;
    const observer = new ResizeObserver(([entry]) => {
      const [box] = entry?.borderBoxSize ?? [];
      if (box !== undefined) style.setProperty('--header-height', `${box.blockSize}px`);
    });
    observer.observe(header.current);
    return () => {
      observer.disconnect();
      style.removeProperty('--header-height');
    };
  }, []);
  return header;
}
