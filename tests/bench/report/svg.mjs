// @ts-check
// The ratios as bars on a logarithmic scale, with the marks on them.
import { times } from './table.mjs';

/** @typedef {import('./verdict.mjs').Line} Line */

const LEFT = 350;
const WIDTH = 980;
const PLOT = WIDTH - LEFT - 90;
const TOP = 92;
const ROW = 30;
const BAR = 16;
const BOTTOM = 64;

const STYLE = `
  .page { fill: #ffffff } text { font: 13px system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif; fill: #1c2530 }
  .title { font-size: 19px; font-weight: 600 } .quiet { fill: #5a6675 } .figure { font-weight: 600 }
  .grid { stroke: #e3e8ee } .even { stroke: #5a6675; stroke-width: 1.5 }
  .better { fill: #1f7a5c } .worse { fill: #c05621 } .mark { stroke: #1c2530; stroke-width: 2.5 }
  @media (prefers-color-scheme: dark) {
    .page { fill: #12181f } text { fill: #e6ecf2 } .quiet { fill: #9aa7b5 } .grid { stroke: #26303b } .even { stroke: #9aa7b5 }
    .better { fill: #3fb68b } .worse { fill: #e08a4f } .mark { stroke: #e6ecf2 }
  }`;

/** @param {string} text */
const escaped = (text) => text.replace(/[&<>"]/gu, (c) => `&#${c.charCodeAt(0)};`);

/** @param {readonly number[]} values @returns {[number, number]} whole powers of ten around them, and around 1 */
function decades(values) {
  const logs = values.filter((value) => value > 0 && Number.isFinite(value)).map(Math.log10);
  return [Math.floor(Math.min(-0.3, ...logs)), Math.ceil(Math.max(1, ...logs))];
}

/**
 * @param {readonly Line[]} lines
 * @param {{ where: string, machine: string }} about
 */
export function plot(lines, { where, machine }) {
  const [from, to] = decades(lines.flatMap(({ ratio, least }) => [ratio, least ?? 1]));
  const x = (/** @type {number} */ ratio) => LEFT + ((Math.log10(ratio) - from) / (to - from)) * PLOT;
  const height = TOP + lines.length * ROW + BOTTOM;
  const foot = TOP + lines.length * ROW + 6;

  const grid = Array.from({ length: to - from + 1 }, (_, n) => {
    const power = from + n;
    const at = x(10 ** power).toFixed(1);
    const label = power >= 0 ? String(10 ** power) : (10 ** power).toFixed(-power);
    return `<line class="${power === 0 ? 'even' : 'grid'}" x1="${at}" x2="${at}" y1="${TOP - 8}" y2="${foot}"/><text class="quiet" x="${at}" y="${foot + 18}" text-anchor="middle">${label} ×</text>`;
  });
  const rows = lines.map(({ scenario, ratio, least }, n) => {
    const y = TOP + n * ROW;
    const [start, end] = ratio >= 1 ? [x(1), x(ratio)] : [x(ratio), x(1)];
    const middle = y + BAR / 2 + 4.5;
    const mark =
      least === null
        ? ''
        : `<line class="mark" x1="${x(least).toFixed(1)}" x2="${x(least).toFixed(1)}" y1="${y - 4}" y2="${y + BAR + 4}"><title>mark: ${least} ×</title></line>`;
    const figureAt = Math.max(end, least === null ? 0 : x(least)) + 8;
    return (
      `<text x="${LEFT - 14}" y="${middle}" text-anchor="end">${escaped(scenario)}</text>` +
      `<rect class="${ratio >= 1 ? 'better' : 'worse'}" x="${start.toFixed(1)}" y="${y}" width="${Math.max(1.5, end - start).toFixed(1)}" height="${BAR}" rx="2"/>` +
      `${mark}<text class="figure" x="${figureAt.toFixed(1)}" y="${middle}">${times(ratio)}</text>`
    );
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="How many times better Switchboard is than realtime-js, by scenario">
<style>${STYLE}
</style>
<rect class="page" width="${WIDTH}" height="${height}"/>
<text class="title" x="24" y="34">How many times better than realtime-js 2.119.1</text>
<text class="quiet" x="24" y="56">${escaped(where)}, ${escaped(machine)}. Right of 1 × Switchboard is better; the upright stroke is the mark to reach.</text>
${[...grid, ...rows].join('\n')}
<text class="quiet" x="${WIDTH - 24}" y="${height - 14}" text-anchor="end">npm run bench</text>
</svg>
`;
}
