/** How many rows of a long table are printed. */
export const MOST_PRINTED = 50;

/** The page's style sheet. Charts take their colors from its variables. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #faf9f6; --card: #ffffff; --ink: #1b2026; --muted: #59626d; --line: #dfddd6;
  --blue: #1f5fa6; --orange: #b04a06; --grey: #7a828c; --green: #2f7d4f; --band: #1f5fa614; --warn: #fff3d6; --warn-ink: #5e4200;
  --radius: 10px;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #13171b; --card: #1b2026; --ink: #e9e7e2; --muted: #a4adb8; --line: #343b44;
    --blue: #7db4f2; --orange: #f2a266; --grey: #8d96a1; --green: #7ccf9a; --band: #7db4f21f; --warn: #3a2e0f; --warn-ink: #f5d98b;
  }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 3.5rem; -webkit-text-size-adjust: 100%; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body {
  margin: 0 auto; max-width: 68rem; padding: 0 1.25rem 3rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
a { color: var(--blue); text-underline-offset: 0.15em; }
:focus-visible { outline: 3px solid var(--orange); outline-offset: 2px; border-radius: 2px; }
code { font: 0.9em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1rem; top: 0.5rem; background: var(--card); padding: 0.5rem; z-index: 3; }

header { padding: 2.5rem 0 1.25rem; }
.brand { margin: 0; color: var(--orange); font-weight: 700; letter-spacing: 0.08em; text-transform: uppercase; font-size: 0.8rem; }
h1 { margin: 0.25rem 0 0.5rem; font-size: clamp(1.5rem, 1.1rem + 2.2vw, 2.4rem); line-height: 1.15; letter-spacing: -0.015em; text-wrap: balance; }
h1 em { font-style: normal; color: var(--blue); }
.others { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin: 0.5rem 0 0; font-size: 0.9rem; }
.others:is([hidden]) { display: none; }
.made { margin: 0; color: var(--muted); font-size: 0.9rem; }
.banner { margin: 0 0 1.25rem; padding: 0.75rem 1rem; border-radius: var(--radius); background: var(--warn); color: var(--warn-ink); }
.banner a { color: inherit; }

.answers { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 17rem), 1fr)); }
.answer {
  display: block; padding: 1.1rem 1.25rem; border: 1px solid var(--line); border-top: 4px solid var(--blue);
  border-radius: var(--radius); background: var(--card); color: inherit; text-decoration: none;
}
.answer:hover { border-color: var(--blue); }
.answer h2 { margin: 0; font-size: 0.95rem; font-weight: 600; color: var(--muted); border: 0; padding: 0; }
.answer p { margin: 0.25rem 0 0; }
.answer .figure { font-size: clamp(1.9rem, 1.4rem + 2vw, 2.5rem); font-weight: 700; line-height: 1.1; letter-spacing: -0.02em; font-variant-numeric: tabular-nums; margin: 0.35rem 0 0.5rem; }

nav {
  position: sticky; top: 0; z-index: 2; display: flex; gap: 1.25rem; overflow-x: auto; margin: 1.5rem -1.25rem 0;
  padding: 0.6rem 1.25rem; background: var(--paper); border-bottom: 1px solid var(--line); white-space: nowrap; font-size: 0.92rem;
}
nav a { text-decoration: none; }
nav a:hover { text-decoration: underline; }

section { padding-top: 2rem; }
h2 { margin: 0 0 0.5rem; font-size: 1.4rem; line-height: 1.25; letter-spacing: -0.01em; }
section > p { max-width: 46rem; margin: 0.5rem 0; }
.facts { display: flex; flex-wrap: wrap; gap: 0.75rem 2.25rem; margin: 0.75rem 0; }
.facts dt { color: var(--muted); font-size: 0.85rem; }
.facts dd { margin: 0; font-weight: 600; font-variant-numeric: tabular-nums; }
figure { margin: 1rem 0; padding: 1rem; border: 1px solid var(--line); border-radius: var(--radius); background: var(--card); }
figcaption { margin-bottom: 0.5rem; font-weight: 600; }
.chart svg { display: block; width: 100%; height: auto; }
.chart text { font-family: inherit; font-size: 12px; }
.narrow { display: none; }
details { margin-top: 0.5rem; font-size: 0.92rem; }
summary { cursor: pointer; color: var(--muted); }

.scroll { max-height: 34rem; overflow: auto; border: 1px solid var(--line); border-radius: var(--radius); background: var(--card); margin: 1rem 0; }
table { border-collapse: collapse; width: 100%; font-size: 0.92rem; font-variant-numeric: tabular-nums; }
details table { width: auto; margin-top: 0.5rem; }
caption { text-align: left; padding: 0.6rem 0.9rem; font-weight: 600; }
details caption { padding-left: 0; }
th, td { padding: 0.4rem 0.9rem; text-align: left; vertical-align: top; border-top: 1px solid var(--line); font-weight: 400; }
details th { padding-left: 0; }
thead th { position: sticky; top: 0; background: var(--card); color: var(--muted); font-weight: 600; white-space: nowrap; border-top: 0; box-shadow: 0 1px var(--line); z-index: 1; }
tbody th { font-weight: 600; }
small { display: block; color: var(--muted); font-weight: 400; font-size: 0.86em; }
.number, :where(#series-table) :is(th, td):is(:nth-child(2), :nth-child(3)) { text-align: right; white-space: nowrap; }
/* The first column labels the rows, so it is aligned left even if it contains years. */
thead th.number:first-child { text-align: left; }
/* With fixed widths, columns stay in place while rows come and go, and a browser lays out ten thousand rows faster. */
@media print, (min-width: 641px) {
  #series-table { table-layout: fixed; }
  #series-table thead th { white-space: normal; }
  #series-table thead th:nth-child(1) { width: 42%; }
  #series-table thead th:nth-child(2) { width: 13%; }
  #series-table thead th:nth-child(3) { width: 15%; }
  #series-table thead th:nth-child(4) { width: 16%; }
}
.place { white-space: nowrap; }
[data-room]::after { content: attr(data-room); visibility: hidden; }
.missing { color: var(--muted); }
.synthetic { color: var(--orange); font-weight: 600; }
.files th, .files td { overflow-wrap: anywhere; }
.files code { font-size: 0.8rem; }
time { white-space: nowrap; }
thead button { all: unset; cursor: pointer; }
thead button:hover { color: var(--ink); }
thead button:focus-visible { outline: 3px solid var(--orange); outline-offset: 2px; }
/* The arrows are shapes: not every font has arrow characters, and screen readers do not announce shapes. */
thead button::after {
  content: ""; display: inline-block; width: 0.6em; height: 0.8em; margin-left: 0.35em; background: currentColor; opacity: 0.5;
  clip-path: polygon(50% 0, 100% 42%, 50% 42%, 50% 58%, 100% 58%, 50% 100%, 0 58%, 50% 58%, 50% 42%, 0 42%); forced-color-adjust: none;
}
[aria-sort="ascending"] button::after { clip-path: polygon(50% 0, 100% 42%, 0 42%); opacity: 1; }
[aria-sort="descending"] button::after { clip-path: polygon(0 58%, 100% 58%, 50% 100%); opacity: 1; }
[hidden] { display: none; }
.tools, .values { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 1rem; margin: 1rem 0 0.5rem; }
.tools + .scroll { margin-top: 0; }
.values { margin: 0.25rem 0 0; font-size: 0.92rem; }
.values input { flex: 0 1 16rem; accent-color: var(--orange); }
.values output { color: inherit; }
.guide { stroke: var(--orange); stroke-width: 1.5; }
.tools input { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--grey); border-radius: 6px; padding: 0.4rem 0.6rem; width: min(20rem, 70vw); }
output { color: var(--muted); font-variant-numeric: tabular-nums; }
.printed { display: none; }
.fine, footer { color: var(--muted); font-size: 0.85rem; }
footer { margin-top: 2.5rem; border-top: 1px solid var(--line); padding-top: 0.75rem; }

@media screen and (max-width: 640px) {
  .wide { display: none; }
  .narrow { display: block; }
  body { padding: 0 1rem 2rem; }
  nav { margin: 1.25rem -1rem 0; padding: 0.6rem 1rem; }
  figure { padding: 0.75rem; }
  th, td { padding: 0.4rem 0.6rem; }
  /* Each row of a wide table becomes a card: the series above, and its figures below in columns that fit the page. */
  .stacked { font-size: 0.86rem; }
  .stacked, .stacked caption, .stacked thead, .stacked tbody { display: block; }
  .stacked tr:not([hidden]) { display: grid; border-top: 1px solid var(--line); padding: 0.3rem 0; }
  #series-table tr:not([hidden]) { grid-template-columns: 20% 28% 28% 24%; }
  #revised-series tr:not([hidden]) { grid-template-columns: 20% 23% 18% 18% 21%; }
  .stacked thead { position: sticky; top: 0; z-index: 1; background: var(--card); box-shadow: 0 1px var(--line); }
  .stacked thead tr { border: 0; }
  .stacked thead th { position: static; box-shadow: none; }
  .stacked th, .stacked td { border: 0; padding: 0.1rem 0.4rem; }
  .stacked th:first-child { grid-column: 1 / -1; }
  .stacked :is(th, td):nth-child(n) { white-space: normal; }
  .stacked :is(th, td):nth-child(2) { text-align: left; }
  .stacked [data-room]::after { content: none; }
  .stacked :is(tbody th, td) { overflow-wrap: anywhere; }
}
@media print {
  :root { color-scheme: light; --paper: #ffffff; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav, .tools label, .values, .guide, .skip, details, thead button::after { display: none; }
  .scroll { max-height: none; overflow: visible; border: 0; }
  th, td { padding: 0.2rem 0.4rem; }
  thead th { position: static; white-space: normal; }
  .answer .figure { font-size: 18pt; }
  figure, .answer, tr { break-inside: avoid; }
  h2, caption { break-after: avoid; }
  .answers { grid-template-columns: repeat(3, 1fr); }
  .scroll tbody tr:nth-child(n + ${MOST_PRINTED + 1}) { display: none; }
  .printed { display: block; }
  a { color: inherit; }
}
`;
