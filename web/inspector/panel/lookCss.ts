/** Colours, the head, the tabs and what is in all views. */
export const lookCss = `
:host {
  all: initial;
  display: block;
  color-scheme: light dark;
}
:host([data-theme='light']) { color-scheme: light; }
:host([data-theme='dark']) { color-scheme: dark; }
:host([hidden]) { display: none; }
:host([data-place='dock']) {
  position: fixed;
  inset: auto 0 0;
  z-index: 2147483000;
  height: min(28rem, 70vh);
  border-top: 1px solid light-dark(#c9d0dc, #3a4354);
  box-shadow: 0 -8px 32px rgb(15 23 42 / 18%);
}
:host([data-place='inside']) { height: 100%; min-height: 12rem; }

.panel {
  --ground: light-dark(#ffffff, #12161d);
  --raised: light-dark(#f3f5f9, #1c222c);
  --line: light-dark(#dfe4ec, #2c3442);
  --text: light-dark(#1a2130, #e8ebf2);
  --quiet: light-dark(#566074, #a0aabc);
  --accent: light-dark(#3a50cf, #9aaaff);
  --good: light-dark(#0b6a3a, #7cdba6);
  --good-ground: light-dark(#dff4e8, #12321f);
  --warn: light-dark(#7a4c00, #f2c572);
  --warn-ground: light-dark(#fcefd2, #38290d);
  --bad: light-dark(#a3202c, #ff9aa2);
  --bad-ground: light-dark(#fce4e6, #42181e);
  --calm: light-dark(#37477a, #b3c1ea);
  --calm-ground: light-dark(#e8ecf8, #252d47);
  container: panel / inline-size;
  display: flex;
  flex-direction: column;
  box-sizing: border-box;
  height: 100%;
  background: var(--ground);
  color: var(--text);
  font: 0.8125rem/1.45 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif;
  font-variant-numeric: tabular-nums;
}
*, *::before, *::after { box-sizing: border-box; }
h2, h3, h4, p, dl, dd, ol, ul, blockquote, pre { margin: 0; }
ol, ul { padding: 0; list-style: none; }
h2 { font-size: 0.875rem; font-weight: 650; letter-spacing: -0.01em; }
h3 { font-size: 0.8125rem; font-weight: 650; }
h4 { font-size: 0.8125rem; font-weight: 600; overflow-wrap: anywhere; }
code, pre { font: 0.75rem/1.45 ui-monospace, 'SF Mono', Menlo, Consolas, monospace; }
a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
.quiet { color: var(--quiet); }
.heard { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

button, select, input, textarea { font: inherit; color: inherit; }
button, select, .search {
  min-height: 1.75rem;
  padding: 0.125rem 0.625rem;
  border: 1px solid var(--line);
  border-radius: 6px;
  background: var(--ground);
}
button { cursor: pointer; }
button:hover { background: var(--raised); }
button[aria-pressed='true'] { border-color: var(--accent); background: var(--calm-ground); color: var(--calm); }
button:disabled { color: var(--quiet); cursor: default; }

.head {
  display: flex;
  flex-wrap: wrap;
  gap: 0.375rem 0.625rem;
  align-items: center;
  padding: 0.5rem 0.75rem 0.375rem;
}
.search { flex: 1 1 9rem; min-width: 6rem; max-width: 18rem; }
.search::placeholder { color: var(--quiet); opacity: 1; }
.tools { display: flex; flex-wrap: wrap; gap: 0.375rem; align-items: center; margin-left: auto; }
.close { padding: 0 0.5rem; font-size: 1.125rem; line-height: 1; }
.by-hand, .problem { flex-basis: 100%; }
.by-hand { display: grid; gap: 0.375rem; }
.by-hand textarea { width: 100%; border: 1px solid var(--line); background: var(--raised); }
.problem { color: var(--bad); }

.tabs {
  display: flex;
  gap: 0.125rem;
  overflow-x: auto;
  padding: 0 0.625rem;
  border-bottom: 1px solid var(--line);
  scrollbar-width: none;
}
.tabs button {
  flex: none;
  min-height: 2rem;
  border: 0;
  border-bottom: 2px solid transparent;
  border-radius: 6px 6px 0 0;
  background: none;
  color: var(--quiet);
}
.tabs button:hover { color: var(--text); }
.tabs button:focus-visible { outline-offset: -2px; }
.tabs button[aria-selected='true'] { border-bottom-color: var(--accent); color: var(--text); font-weight: 600; }

.body { flex: 1; min-height: 0; overflow: auto; padding: 0.75rem; }
.body:focus-visible { outline-offset: -2px; }
.body > * + * { margin-top: 0.75rem; }
.section > * + * { margin-top: 0.375rem; }
.empty { padding: 0.75rem 0; color: var(--quiet); }
.note { padding: 0.5rem 0.75rem; border-radius: 8px; background: var(--warn-ground); color: var(--warn); }

.badge {
  display: inline-block;
  padding: 0.0625rem 0.4375rem;
  border-radius: 999px;
  background: var(--calm-ground);
  color: var(--calm);
  font-size: 0.75rem;
  font-weight: 600;
  white-space: nowrap;
}
.badge[data-tone='good'] { background: var(--good-ground); color: var(--good); }
.badge[data-tone='warn'] { background: var(--warn-ground); color: var(--warn); }
.badge[data-tone='bad'] { background: var(--bad-ground); color: var(--bad); }
@media (forced-colors: active) {
  .badge { border: 1px solid; }
  .tabs button[aria-selected='true'] { border-bottom-color: Highlight; }
}
`;
