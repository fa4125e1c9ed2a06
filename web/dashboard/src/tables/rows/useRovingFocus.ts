import { useLayoutEffect, useRef, type FocusEvent, type KeyboardEvent, type RefObject } from 'react';

type Roving<T extends HTMLElement> = {
  ref: RefObject<T | null>;
  onFocus: (event: FocusEvent) => void;
  onKeyDown: (event: KeyboardEvent) => void;
};

const STEPS: Readonly<Record<string, readonly [rows: number, buttons: number]>> = {
  ArrowDown: [1, 0],
  ArrowUp: [-1, 0],
  ArrowRight: [0, 1],
  ArrowLeft: [0, -1],
  Home: [-Infinity, 0],
  End: [Infinity, 0],
};

/** Makes the buttons of all rows one tab stop: arrows, Home and End move between them. */
export function useRovingFocus<T extends HTMLElement>(): Roving<T> {
  const ref = useRef<T>(null);
  const current = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    const buttons = buttonsIn(ref.current).flat();
    const focused = buttons.find((button) => button === document.activeElement);
    const kept = focused ?? buttons.find((button) => button === current.current) ?? buttons[0];
    for (const button of buttons) button.tabIndex = button === kept ? 0 : -1;
    current.current = kept ?? null;
  });
  function onKeyDown(event: KeyboardEvent): void {
    const step = STEPS[event.key];
    const rows = buttonsIn(ref.current).filter((buttons) => buttons.length > 0);
    const from = rows.findIndex((buttons) => buttons.includes(event.target as HTMLElement));
    if (step === undefined || from === -1) return;
    event.preventDefault();
    const row = rows[clamp(from + step[0], rows.length)] ?? [];
    const place = rows[from]?.indexOf(event.target as HTMLElement) ?? 0;
    const next = row[clamp(place + step[1], row.length)];
    next?.focus();
  }
  /** However the focus got there. */
  function onFocus({ target }: FocusEvent): void {
    if (!(target instanceof HTMLButtonElement)) return;
    if (current.current !== null) current.current.tabIndex = -1;
    target.tabIndex = 0;
    current.current = target;
  }
  return { ref, onFocus, onKeyDown };
}

function clamp(index: number, length: number): number {
  return Math.max(0, Math.min(length - 1, index));
}

/** The buttons of each row that can be pressed. */
function buttonsIn(body: HTMLElement | null): HTMLElement[][] {
  return [...(body?.querySelectorAll('tr') ?? [])].map((row) => [
    ...row.querySelectorAll<HTMLElement>('button:not(:disabled)'),
  ]);
}
