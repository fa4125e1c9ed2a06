import { isSettling, markSettling } from './settling.js';

/** On buttons of rows that change something at once. */
export const AT_ONCE = { 'data-at-once': true } as const;

const BUTTON = '[data-row] [data-at-once]';

/**
 * Lets a press of such a button through only where it means what it meant when it was aimed at. Rows come, go and move by themselves: another one may lie
 * under a pointer that rests, or have come into the way of a hand that moves, and a button that has the focus may have got another meaning. A press once the
 * rows have settled counts.
 *
 * @param stopped called with the words of the button, for a press that was not let through
 * @returns what ends that
 */
export function guardAim(page: Document, stopped: (words: string) => void): () => void {
  const ended = new AbortController();
  const options = { capture: true, signal: ended.signal };
  /** What was aimed at with the pointer, and with the keyboard. */
  const aims = { pointer: '', keys: '' };
  let place: readonly [x: number, y: number] | null = null;
  /** Whether the row under the pointer was settling when the button went down. */
  let isHasty = false;
  let pressed: Element | null = null;
  const endSettling = markSettling(page, (row) => row === pressed);

  const onPointer = ({ target, clientX, clientY }: PointerEvent): void => {
    place = [clientX, clientY];
    aims.pointer = meaningOf(target);
  };
  page.addEventListener('pointermove', onPointer, options);
  page.addEventListener(
    'pointerdown',
    (event) => {
      // A finger does not come to rest first.
      if (event.pointerType !== 'mouse' || place === null) onPointer(event);
      isHasty = isSettling(event.target);
    },
    options,
  );
  page.addEventListener(
    'scroll',
    () => {
      if (place !== null) aims.pointer = meaningOf(page.elementFromPoint(...place));
    },
    options,
  );
  page.addEventListener(
    'focusin',
    ({ target }) => {
      aims.keys = meaningOf(target);
    },
    options,
  );
  page.addEventListener(
    'click',
    (event) => {
      const meaning = meaningOf(event.target);
      const isByKey = event.detail === 0;
      const aim = isByKey ? aims.keys : aims.pointer;
      // Keys follow the focus, wherever its row moves.
      const isTooSoon = !isByKey && (isHasty || isSettling(event.target));
      aims.pointer = meaning;
      aims.keys = meaning;
      if (meaning === '') return;
      if (aim === meaning && !isTooSoon) {
        pressed = rowOf(event.target);
        return;
      }
      event.preventDefault();
      event.stopPropagation();
      stopped(wordsOf(buttonOf(event.target)));
    },
    options,
  );
  return () => {
    ended.abort();
    endSettling();
  };
}

function buttonOf(target: EventTarget | null): Element | null {
  return target instanceof Element ? target.closest(BUTTON) : null;
}

function rowOf(target: EventTarget | null): Element | null {
  return buttonOf(target)?.closest('[data-row]') ?? null;
}

function wordsOf(button: Element | null): string {
  return button?.getAttribute('aria-label') ?? '';
}

/** The row, and what the button does to it; empty where there is no such button. */
function meaningOf(target: EventTarget | null): string {
  const button = buttonOf(target);
  return button === null ? '' : `${rowOf(button)?.getAttribute('data-row') ?? ''} ${wordsOf(button)}`;
}
