// @ts-check

/** @typedef {import('./verdict.mjs').Line} Line */

/** @param {number} value */
export function rounded(value) {
  if (value >= 100) return Math.round(value).toLocaleString('en-US');
  return value === 0 ? '0' : value.toPrecision(value < 1 ? 2 : 3);
}

/** Three digits. @param {number} ratio */
export const times = (ratio) => `${rounded(ratio)} ×`;

/** A Markdown table, which is also readable as it is. @param {readonly Line[]} lines */
export function table(lines) {
  const header = ['scenario', 'unit', 'switchboard', 'realtime-js', 'ratio', 'limit', 'of it', 'mark', ''];
  const body = lines.map(({ scenario, unit, switchboard, reference, ratio, limit, mark, verdict }) => [
    scenario,
    unit,
    rounded(switchboard),
    rounded(reference),
    times(ratio),
    limit === undefined ? '' : rounded(limit),
    limit === undefined ? '' : times(switchboard / limit),
    mark,
    verdict,
  ]);
  const widths = header.map((title, n) => Math.max(title.length, 3, ...body.map((row) => row[n]?.length ?? 0)));
  const isNumber = (/** @type {number} */ n) => n >= 2 && n <= 6;
  const line = (/** @type {readonly string[]} */ cells) =>
    `| ${cells.map((cell, n) => (isNumber(n) ? cell.padStart(widths[n] ?? 0) : cell.padEnd(widths[n] ?? 0))).join(' | ')} |`;
  const rule = `| ${widths.map((width, n) => (isNumber(n) ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width))).join(' | ')} |`;
  return [line(header), rule, ...body.map(line)].join('\n');
}
