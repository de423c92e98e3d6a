import { html } from "hono/html";
import { type Chart, renderChart } from "./chart.ts";
import { MOST_PRINTED } from "./style.ts";

/** A chart with its title, and the figures that it shows as a table that opens. */
export function figure(chart: Chart, table?: unknown) {
  return html`<figure><figcaption>${chart.title}</figcaption>
${renderChart(chart)}
${table === undefined ? "" : html`<details><summary>Show data</summary>${table}</details>`}
</figure>`;
}

/** A table of `rows` rows that scrolls by itself where it is wider or longer than its place; a keyboard can scroll it too. */
export function scrolling(label: string, rows: number, table: unknown) {
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${label}">${table}</div>
${rows > MOST_PRINTED ? html`<p class="printed">Only the first ${MOST_PRINTED} rows of this table are printed.</p>` : ""}`;
}
