/** In the reader's text size: a phone in large text is narrower. */
const NARROW_REM = 18;
/** A window of one column, where all parts lie above each other. */
const COLUMN_REM = 40;
/** In a lower window the first row would be out of sight. */
const LOW_REM = { column: 44, wide: 34 };

/**
 * Marks the page (`data-tight`, with `narrow` or `low`) where the reader's text is large for the window: what stands above the rows is folded then, and
 * the header scrolls away. Media queries can't say that, because they do not know the text size that a page or an extension sets.
 *
 * @returns what ends that
 */
export function watchRoom(page: Document): () => void {
  const root = page.documentElement;
  const probe = page.body.appendChild(page.createElement('div'));
  probe.className = 'rem-probe';
  const mark = (): void => {
    const rem = Number.parseFloat(getComputedStyle(root).fontSize);
    const [width, height] = [innerWidth / rem, innerHeight / rem];
    const low = width < COLUMN_REM ? LOW_REM.column : LOW_REM.wide;
    const tight = [...(width < NARROW_REM ? ['narrow'] : []), ...(height < low ? ['low'] : [])];
    if (tight.length > 0) root.dataset['tight'] = tight.join(' ');
    else delete root.dataset['tight'];
  };
  mark();
  const observer = new ResizeObserver(mark);
  observer.observe(probe);
  addEventListener('resize', mark);
  return () => {
    observer.disconnect();
    removeEventListener('resize', mark);
    probe.remove();
  };
}
