import type { Lane } from './lanes.js';

/** The part of time on display, in ms since the core began. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export const LANE_HEIGHT = 22;
export const AXIS_HEIGHT = 18;

/** Colours as the panel's style sheet has them for its theme. */
export type Palette = Readonly<Record<'text' | 'quiet' | 'line' | 'accent' | 'good' | 'warn' | 'bad' | 'calm', string>>;

const NAMES = ['text', 'quiet', 'line', 'accent', 'good', 'warn', 'bad', 'calm'] as const;
/** A canvas understands no light-dark(): a property of a real element does. */
export function paletteOf(probe: HTMLElement): Palette {
  const entries = NAMES.map((name) => {
    probe.style.setProperty('color', `var(--${name})`);
    return [name, getComputedStyle(probe).color] as const;
  });
  return Object.fromEntries(entries) as Palette;
}

const STATE_TONES: Readonly<Partial<Record<string, keyof Palette>>> = {
  ...{ live: 'good', open: 'good', joined: 'good', joining: 'accent', connecting: 'accent', pending: 'quiet' },
  ...{ backoff: 'warn', retrying: 'warn', errored: 'warn', parked: 'bad', leaving: 'quiet', closing: 'quiet' },
};

/** Draws lanes into a canvas whose size is set. All that lies in one column of pixels is drawn once. */
export class Painter {
  readonly #context: CanvasRenderingContext2D;
  #columns = new Uint16Array(0);

  constructor(context: CanvasRenderingContext2D) {
    this.#context = context;
  }

  /** `width` in CSS pixels. */
  draw(lanes: readonly Lane[], { from, to }: Range, width: number, palette: Palette): void {
    const context = this.#context;
    const height = AXIS_HEIGHT + lanes.length * LANE_HEIGHT;
    context.clearRect(0, 0, width, height);
    this.#axis({ from, to }, width, height, palette);
    const x = (at: number): number => ((at - from) / (to - from)) * width;
    lanes.forEach((lane, index) => {
      const top = AXIS_HEIGHT + index * LANE_HEIGHT;
      this.#spans(lane, x, top, width, palette);
      this.#frames(lane.framesIn, x, { from, to }, width, top + 9, 5, palette.accent);
      this.#frames(lane.framesOut, x, { from, to }, width, top + 15, 4, palette.quiet);
      this.#gaps(lane, x, top, width, palette);
      this.#marks(lane, x, top, width, palette);
    });
  }

  #axis({ from, to }: Range, width: number, height: number, palette: Palette): void {
    const context = this.#context;
    const step = stepOf((to - from) / Math.max(1, width / 90));
    context.font = '10px system-ui, sans-serif';
    context.textBaseline = 'top';
    for (let at = Math.ceil(from / step) * step; at <= to; at += step) {
      const x = Math.round(((at - from) / (to - from)) * width);
      context.fillStyle = palette.line;
      context.fillRect(x, 0, 1, height);
      context.fillStyle = palette.quiet;
      context.fillText(labelOf(at, step), x + 3, 2);
    }
  }

  #spans({ spans }: Lane, x: (at: number) => number, top: number, width: number, palette: Palette): void {
    const context = this.#context;
    for (const { from, to, state } of spans) {
      const left = Math.max(0, x(from));
      const right = Math.min(width, x(to));
      if (right < 0 || left > width) continue;
      context.fillStyle = palette[STATE_TONES[state] ?? 'line'];
      context.fillRect(left, top + 3, Math.max(1, right - left), 4);
    }
  }

  /** The more frames in a column, the darker. */
  #frames(
    times: readonly number[],
    x: (at: number) => number,
    { from, to }: Range,
    width: number,
    top: number,
    height: number,
    colour: string,
  ): void {
    if (times.length === 0) return;
    const size = Math.max(1, Math.ceil(width));
    if (this.#columns.length !== size) this.#columns = new Uint16Array(size);
    else this.#columns.fill(0);
    const columns = this.#columns;
    for (let index = firstAtLeast(times, from); index < times.length; index += 1) {
      const at = times[index] ?? 0;
      if (at > to) break;
      const column = Math.min(size - 1, Math.floor(x(at)));
      columns[column] = (columns[column] ?? 0) + 1;
    }
    const context = this.#context;
    context.fillStyle = colour;
    columns.forEach((count, column) => {
      if (count === 0) return;
      context.globalAlpha = Math.min(1, 0.45 + count * 0.1);
      context.fillRect(column, top, 1, height);
    });
    context.globalAlpha = 1;
  }

  #gaps({ gaps }: Lane, x: (at: number) => number, top: number, width: number, palette: Palette): void {
    const context = this.#context;
    for (const { from, to } of gaps) {
      const left = Math.max(0, x(from));
      const right = Math.min(width, x(to));
      if (right < 0 || left > width) continue;
      context.globalAlpha = 0.25;
      context.fillStyle = palette.bad;
      context.fillRect(left, top + 1, Math.max(2, right - left), LANE_HEIGHT - 2);
      context.globalAlpha = 1;
      context.fillRect(left, top + 1, 2, LANE_HEIGHT - 2);
      if (to !== Infinity) {
        context.fillStyle = palette.good;
        context.fillRect(Math.max(left + 2, right - 2), top + 1, 2, LANE_HEIGHT - 2);
      }
    }
  }

  #marks({ marks }: Lane, x: (at: number) => number, top: number, width: number, palette: Palette): void {
    const context = this.#context;
    let last = -1;
    for (const { at, tone } of marks) {
      const column = Math.round(x(at));
      if (column < 0 || column > width || (column === last && tone === 'calm')) continue;
      last = column;
      context.fillStyle = palette[tone];
      context.beginPath();
      context.arc(column, top + 12, tone === 'calm' ? 2 : 3.5, 0, 2 * Math.PI);
      context.fill();
    }
  }
}

/** The place of the first time that is not before `at`. */
export function firstAtLeast(times: readonly number[], at: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** 1, 2 or 5 of a power of ten, at least so long. */
function stepOf(leastMs: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, leastMs)));
  return ([1, 2, 5, 10].find((factor) => factor * power >= leastMs) ?? 10) * power;
}

function labelOf(at: number, step: number): string {
  if (step < 1_000) return `${(at / 1_000).toFixed(step < 100 ? 2 : 1)} s`;
  const seconds = Math.round(at / 1_000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} min`;
}
