// @ts-check
// Markdown tables, which are also readable as they are.
import { rounded, times } from '../report/table.mjs';

/** @typedef {import('./lines.mjs').Cost} Cost */
/** @typedef {Awaited<ReturnType<typeof import('./second.mjs').measureSecond>>} Second */
/** @typedef {readonly string[]} Row */

/** @param {string} name @param {string} tabs @param {string} unit @param {readonly [number, number, number]} figures @param {string} mark @returns {Row} */
function row(name, tabs, unit, [own, worker, leader], mark = '') {
  const ratio = (/** @type {number} */ value) => (own > 0 && value > 0 ? times(value / own) : '');
  return [name, tabs, unit, rounded(own), rounded(worker), ratio(worker), rounded(leader), ratio(leader), mark];
}

/** @param {number} count @param {Cost} own @param {Cost} worker @param {Cost} leader */
export function lineRows(count, own, worker, leader) {
  const tabs = String(count);
  /** @param {keyof Cost} name @returns {readonly [number, number, number]} */
  const all = (name) => [own[name], worker[name], leader[name]];
  return [
    row('sockets', tabs, '', all('sockets'), '1'),
    row('handshakes', tabs, '', all('handshakes'), '1'),
    row('joins', tabs, '', all('joins'), '1'),
    row('bindings', tabs, '', all('bindings'), '7'),
    row('a change, main thread of a tab', tabs, 'µs', all('changeUs'), '≤ 1.2 ×'),
    row('a change, main thread of the leader', tabs, 'µs', [own.changeUs, NaN, leader.carrierUs]),
    row('a change, all of the browser', tabs, 'µs', all('browserUs')),
  ];
}

/** @param {Second} own @param {Second} worker @param {Second} leader */
export function secondRows(own, worker, leader) {
  /** @param {keyof Second} name @returns {readonly [number, number, number]} */
  const all = (name) => [own[name], worker[name], leader[name]];
  return [
    row('second tab, from load to live', '2', 'ms', all('liveMs'), '≤ 15'),
    row('second tab, memory of the manager', '2', 'bytes', all('dataBytes'), '≤ 150,000'),
    row('second tab, its compiled code', '2', 'bytes', all('codeBytes')),
  ];
}

/** @param {string} carrier @param {number} rounds @param {import('./carriers.mjs').Toll} toll @returns {Row} */
export function endingRow(carrier, rounds, { liveMs, worstMs, stuck, written, reported, unreported, numberedMissing }) {
  const counts = [stuck, written, reported, unreported, numberedMissing].map((count) => count.toLocaleString('en-US'));
  return [carrier === 'tab' ? 'leader' : carrier, String(rounds), rounded(liveMs), rounded(worstMs), ...counts];
}

/** Text is aligned to the left, figures to the right. @param {readonly string[]} titles @param {readonly Row[]} rows */
export function table(titles, rows) {
  const cells = rows.map((each) => each.map((cell) => (cell === 'NaN' ? '' : cell)));
  const widths = titles.map((title, at) => Math.max(title.length, 3, ...cells.map((each) => each[at]?.length ?? 0)));
  const isNumber = (/** @type {number} */ at) => cells.every((each) => /^(?:[\d.,]+(?: ×)?)?$/u.test(each[at] ?? ''));
  const line = (/** @type {readonly string[]} */ each) =>
    `| ${each.map((cell, at) => (isNumber(at) ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0))).join(' | ')} |`;
  const rule = widths.map((width, at) => (isNumber(at) ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)));
  return [line(titles), `| ${rule.join(' | ')} |`, ...cells.map(line)].join('\n');
}
