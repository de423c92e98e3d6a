import { STYLE } from "@data-quest/core/page/style";

/** The page's style sheet: that of the report, and additions for Explore. */
export const EXPLORE_STYLE = `${STYLE}
.filters { display: flex; flex-wrap: wrap; gap: 0.75rem 1rem; margin: 1rem 0; }
.filters label { display: grid; gap: 0.15rem; font-size: 0.9rem; min-width: 0; }
.filters span { color: var(--muted); }
.filters :is(input, select), button {
  font: inherit; color: inherit; background: var(--card); border: 1px solid var(--grey); border-radius: 6px;
  padding: 0.35rem 0.6rem; max-width: min(20rem, 85vw);
}
button { cursor: pointer; }
button:hover { border-color: var(--blue); }
.results { max-height: 20rem; }
.results[aria-busy="true"] { opacity: 0.6; }
.observations thead th { white-space: normal; }
section.scroll { padding: 0; }
.chosen { list-style: none; padding: 0; display: grid; gap: 0.75rem; }
.chosen .tools { margin: 0.25rem 0 0; }
.plot { position: relative; }
.guide-line { position: absolute; top: 0; bottom: 0; width: 1.5px; background: var(--orange); pointer-events: none; }
.revised { list-style: none; margin: 0; padding: 0; }
.best > * { background: var(--band); }
[role="alert"] { padding: 0.75rem 1rem; border-radius: var(--radius); background: var(--warn); color: var(--warn-ink); }
[role="status"]:empty { display: none; }
@media screen and (max-width: 640px) {
  .results { max-height: 26rem; }
  .results tr { grid-template-columns: 3rem 1fr 1fr 1fr; }
  .results.scroll :is(th, td):first-child { grid-column: auto; }
  .results :is(th, td):nth-child(2) { grid-column: 2 / -1; }
  .results :is(th, td):nth-child(3) { grid-column: 2; }
}
@media print { .find, .filters, .chosen .tools, .tools button { display: none; } }
`;
