/** What is in single views. */
export const viewsCss = `
.lead { font-size: 0.875rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); gap: 0.5rem; }
.figure { padding: 0.5rem 0.625rem; border-radius: 8px; background: var(--raised); min-width: 0; }
.figure dt { color: var(--quiet); font-size: 0.75rem; }
.figure dd { display: flex; flex-wrap: wrap; gap: 0 0.375rem; align-items: baseline; }
.figure .value { font-size: 1rem; font-weight: 600; overflow-wrap: anywhere; min-width: 0; }
.figure .quiet { font-size: 0.75rem; }
.name { overflow-wrap: anywhere; }

.groups { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0.5rem; }
.card { padding: 0.625rem 0.75rem; border: 1px solid var(--line); border-radius: 8px; }
.explanation > * + * { margin-top: 0.25rem; }
.explanation .label:not(:first-child) { margin-top: 0.5rem; }
.label { color: var(--quiet); font-size: 0.75rem; font-weight: 600; }
.chain, .remedies { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0.25rem; padding-left: 1.125rem; }
.chain { list-style: decimal; }
.remedies { list-style: disc; }
.explanation li { overflow-wrap: anywhere; }
blockquote { padding-left: 0.5rem; border-left: 2px solid var(--line); color: var(--quiet); }
pre { margin-top: 0.1875rem; padding: 0.375rem 0.5rem; overflow-x: auto; border-radius: 6px; background: var(--raised); }

table { width: 100%; border-collapse: collapse; }
th { color: var(--quiet); font-size: 0.75rem; font-weight: 500; text-align: left; white-space: nowrap; }
th, td { padding: 0.3125rem 0.5rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th:first-child, td:first-child { padding-left: 0; }
td[data-number='true'], th[data-number='true'] { text-align: right; white-space: nowrap; }
.cause { overflow-wrap: anywhere; }
.opener {
  display: flex;
  min-height: 0;
  padding: 0;
  border: 0;
  background: none;
  color: var(--accent);
  text-align: left;
}
.opener:hover { background: none; text-decoration: underline; }
.opener::before { content: '▸'; flex: none; width: 1rem; }
.opener[aria-expanded='true']::before { content: '▾'; }
.detail > td { padding: 0.5rem 0.75rem 0.75rem 1rem; background: var(--raised); }
.detail > td > * + * { margin-top: 0.5rem; }
.detail pre { background: var(--ground); }
.members li { overflow-wrap: anywhere; }

.row { display: flex; flex-wrap: wrap; gap: 0.375rem 1rem; align-items: center; }
.meters { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(18rem, 100%), 1fr)); gap: 0.5rem; }
.meter { display: grid; gap: 0.25rem; align-content: start; padding: 0.625rem 0.75rem; border-radius: 8px; background: var(--raised); }
.meter-head { display: flex; justify-content: space-between; gap: 0.5rem; flex-wrap: wrap; }
.meter .quiet { font-size: 0.75rem; }
.gauge { height: 0.5rem; overflow: hidden; border-radius: 999px; background: var(--line); }
.gauge svg, .bar svg { display: block; width: 100%; height: 100%; }
.gauge rect { fill: var(--good); }
.gauge[data-tone='warn'] rect { fill: var(--warn); }
.gauge[data-tone='bad'] rect { fill: var(--bad); }
.sparkline { display: block; width: 100%; height: 1.75rem; }
.sparkline polyline { fill: none; stroke: var(--accent); stroke-width: 1.5; vector-effect: non-scaling-stroke; }

.histogram { max-width: 40rem; }
.histogram th, .histogram td { border: 0; padding: 0.0625rem 0.5rem 0.0625rem 0; }
.histogram th { width: 5.5rem; text-align: right; }
.histogram td[data-number] { width: 4rem; text-align: right; }
.bar { height: 1rem; }
.bar rect { fill: var(--accent); }

.timeline { display: grid; grid-template-columns: minmax(7rem, 14rem) minmax(0, 1fr); border: 1px solid var(--line); border-radius: 8px; overflow: hidden; }
.lanes { padding-top: 18px; background: var(--raised); }
.lanes li { height: 22px; padding: 0 0.5rem; overflow: hidden; font-size: 0.75rem; line-height: 22px; text-overflow: ellipsis; white-space: nowrap; }
.lanes li[data-kind='channel'] { color: var(--quiet); }
.plot { position: relative; min-width: 0; cursor: grab; touch-action: pan-y; }
.plot:active { cursor: grabbing; }
.plot:focus-visible { outline-offset: -2px; }
.plot canvas { display: block; width: 100%; }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 0.875rem; font-size: 0.75rem; color: var(--quiet); }
.legend span::before { content: ''; display: inline-block; width: 0.875rem; height: 0.25rem; margin-right: 0.3125rem; vertical-align: middle; background: var(--accent); }
.legend span[data-mark='live']::before { background: var(--good); }
.legend span[data-mark='gap']::before { height: 0.75rem; background: var(--bad); opacity: 0.4; }
.legend span[data-mark='trouble']::before { background: var(--warn); }
.events { display: grid; grid-template-columns: minmax(0, 1fr); }
.events li { display: grid; grid-template-columns: 5.5rem minmax(5rem, 12rem) minmax(0, 1fr); gap: 0.5rem; padding: 0.1875rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
.events time { white-space: nowrap; }
.events li[data-tone='bad'] .what { color: var(--bad); }
.events li[data-tone='warn'] .what { color: var(--warn); }
.events li[data-tone='good'] .what { color: var(--good); }

@container panel (width < 44rem) {
  .timeline { grid-template-columns: 5.5rem minmax(0, 1fr); }
  .events li { grid-template-columns: auto minmax(0, 1fr); gap: 0 0.5rem; }
  .events .what { grid-column: 1 / -1; }
  table[role='table'] thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table[role='table'], table[role='table'] tbody, table[role='table'] tr, table[role='table'] td { display: block; }
  table[role='table'] tr { padding: 0.4375rem 0; border-bottom: 1px solid var(--line); }
  table[role='table'] td { padding: 0; border: 0; text-align: left; white-space: normal; }
  table[role='table'] td[data-label] { display: inline-block; margin-right: 0.875rem; }
  table[role='table'] td[data-label]::before { content: attr(data-label) ' '; color: var(--quiet); }
  table[role='table'] td[data-label='State']::before, table[role='table'] td[data-label='Why']::before { content: none; }
  table[role='table'] td.first { font-weight: 600; }
  table[role='table'] .detail > td { padding: 0.5rem 0.625rem; border-radius: 8px; }
  .head h2 { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .tools { margin-left: 0; }
  .search { order: 1; flex-basis: 100%; max-width: none; }
}
`;
