import type { Lane } from './lanes.js';
import { AXIS_HEIGHT, LANE_HEIGHT, Painter, paletteOf, type Palette } from './painter.js';
import type { Viewport } from './viewport.js';

/** What is to be drawn. */
export interface Scene {
  readonly lanes: readonly Lane[];
  readonly viewport: Viewport;
  /** In ms since the core began. */
  readonly now: () => number;
  /** Whether time goes on. */
  readonly isMoving: boolean;
}

/** Draws at each frame in which something may have moved. Returns the way to stop. */
export function paint(canvas: HTMLCanvasElement, scene: () => Scene): () => void {
  const context = canvas.getContext('2d');
  if (context === null) return () => undefined;
  const painter = new Painter(context);
  let palette: Palette | null = null;
  let drawn: Scene | null = null;
  let size = '';
  const probe = document.createElement('span');
  probe.hidden = true;
  canvas.parentElement?.append(probe);
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const recolour = (): void => {
    palette = null;
    drawn = null;
  };
  dark.addEventListener('change', recolour);
  const draw = (): void => {
    frame = requestAnimationFrame(draw);
    const current = scene();
    const { clientWidth: width } = canvas;
    const height = AXIS_HEIGHT + current.lanes.length * LANE_HEIGHT;
    const ratio = devicePixelRatio;
    const isSame = size === `${width} ${height} ${ratio}` && drawn === current;
    if (isSame && !(current.isMoving && current.viewport.isFollowing)) return;
    if (size !== `${width} ${height} ${ratio}`) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      canvas.style.setProperty('height', `${height}px`);
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      size = `${width} ${height} ${ratio}`;
    }
    palette ??= paletteOf(probe);
    drawn = current;
    painter.draw(current.lanes, current.viewport.range(current.now()), width, palette);
  };
  let frame = requestAnimationFrame(draw);
  return () => {
    cancelAnimationFrame(frame);
    dark.removeEventListener('change', recolour);
    probe.remove();
  };
}
