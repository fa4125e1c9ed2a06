/** @jsxImportSource preact */
import { useEffect, useRef } from 'preact/hooks';
import { AXIS_HEIGHT, LANE_HEIGHT } from './painter.js';
import { paint, type Scene } from './paint.js';
import type { Viewport } from './viewport.js';

type Props = Scene & {
  readonly label: string;
  /** The viewport was moved. */
  readonly onMove: () => void;
};

const ZOOM = 1.25;

const KEYS: Readonly<Partial<Record<string, (viewport: Viewport, now: number) => void>>> = {
  ArrowLeft: (viewport, now) => {
    viewport.move(-0.2, now);
  },
  ArrowRight: (viewport, now) => {
    viewport.move(0.2, now);
  },
  '+': (viewport, now) => {
    viewport.zoom(1 / ZOOM, now);
  },
  '-': (viewport, now) => {
    viewport.zoom(ZOOM, now);
  },
  End: (viewport) => {
    viewport.follow();
  },
};

/** The lanes as a picture, moved and zoomed by mouse, touch and keyboard. Drawn once a frame while time goes on. */
export function Plot(props: Props) {
  const { lanes, viewport, now, label, onMove } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const sceneRef = useRef<Scene>(props);
  useEffect(() => {
    sceneRef.current = props;
  });
  useEffect(() => (canvas.current === null ? undefined : paint(canvas.current, () => sceneRef.current)), []);
  const act = (change: () => void): void => {
    change();
    onMove();
  };
  const onKey = (event: KeyboardEvent): void => {
    const key = KEYS[event.key];
    if (key === undefined) return;
    event.preventDefault();
    act(() => {
      key(viewport, now());
    });
  };
  return (
    <div
      class="plot"
      role="group"
      aria-label={`${label} Arrow keys move in time, plus and minus zoom, End follows the newest.`}
      tabIndex={0}
      onKeyDown={onKey}
      onWheel={(event) => {
        if (!event.ctrlKey && !event.shiftKey && event.deltaX === 0) return;
        event.preventDefault();
        const box = event.currentTarget.getBoundingClientRect();
        act(() => {
          if (event.deltaX !== 0) viewport.move(event.deltaX / box.width, now());
          else viewport.zoom(event.deltaY > 0 ? ZOOM : 1 / ZOOM, now(), (event.clientX - box.left) / box.width);
        });
      }}
      onPointerMove={(event) => {
        if (event.buttons !== 1) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        const { width } = event.currentTarget.getBoundingClientRect();
        act(() => {
          viewport.move(-event.movementX / width, now());
        });
      }}
    >
      <canvas ref={canvas} height={AXIS_HEIGHT + lanes.length * LANE_HEIGHT} />
    </div>
  );
}
