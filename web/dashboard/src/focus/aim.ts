/** On buttons of rows that change something at once. */
export const AT_ONCE = { 'data-at-once': true } as const;

const BUTTON = '[data-row] [data-at-once]';

/**
 * Lets a press of such a button through only where it means what it meant when it was aimed at. Rows come, go and move by themselves: another one may lie
 * under a pointer that rests, and a button that has the focus may have got another meaning. The next press counts.
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
      const aim = event.detail === 0 ? aims.keys : aims.pointer;
      aims.pointer = meaning;
      aims.keys = meaning;
      if (meaning === '' || aim === meaning) return;
      event.preventDefault();
      event.stopPropagation();
      stopped(wordsOf(buttonOf(event.target)));
    },
    options,
  );
  return () => {
    ended.abort();
  };
}

function buttonOf(target: EventTarget | null): Element | null {
  return target instanceof Element ? target.closest(BUTTON) : null;
}

function wordsOf(button: Element | null): string {
  return button?.getAttribute('aria-label') ?? '';
}

/** The row, and what the button does to it; empty where there is no such button. */
function meaningOf(target: EventTarget | null): string {
  const button = buttonOf(target);
  return button === null ? '' : `${button.closest('[data-row]')?.getAttribute('data-row') ?? ''} ${wordsOf(button)}`;
}
