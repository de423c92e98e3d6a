import { html } from "hono/html";
import { formatExact, formatNumber } from "../format.ts";
import { type Chart, renderChart } from "./chart.ts";
import { MOST_PRINTED } from "./style.ts";

/**
 * A chart with its title, the values that the page's script shows on hover and focus, and a collapsible table
 * of its data.
 */
export function figure(chart: Chart, table?: unknown) {
  return html`<figure data-axis="${chart.axis}" data-values="${JSON.stringify(chart.values)}"><figcaption>${chart.title}</figcaption>
${renderChart(chart)}
${table === undefined ? "" : html`<details><summary>Show data</summary>${table}</details>`}
</figure>`;
}

/**
 * The description of a long table: its label, the number and kind of its rows, and the CSV file that has all
 * rows.
 */
export type Listing = { label: string; rows: number; noun: string; csv?: string };

/**
 * A table that scrolls within its own box if it is wider or taller than its container. It can be scrolled with the
 * keyboard, too. Above it are the number of rows and a link to the CSV file. The page's script adds searching.
 */
export function scrolling({ label, rows, noun, csv }: Listing, table: unknown) {
  return html`<div class="listing" data-noun="${noun}">
<p class="tools"><label hidden>Search <input type="search" autocomplete="off" aria-label="Search: ${label}"></label>
<output>${formatNumber(rows)} ${noun}</output>${csv === undefined ? "" : html` <a href="${csv}">${csv}</a>`}</p>
<div class="scroll" role="region" tabindex="0" aria-label="${label}">${table}</div>
${rows > MOST_PRINTED ? html`<p class="printed">Only the first ${MOST_PRINTED} rows of this table are printed.</p>` : ""}
</div>`;
}

/** The header of a column by which the page's script can sort the table. */
export function sortable(name: string, kind: "text" | "number") {
  return html`<th scope="col" data-sort="${kind}"${kind === "number" ? html` class="number"` : ""}>${name}</th>`;
}

/** The largest number of decimal places among these exact decimals. */
export function mostDecimals(values: Iterable<string | null>): number {
  let most = 0;
  for (const value of values) most = Math.max(most, decimalsOf(value ?? ""));
  return most;
}

/**
 * A cell with an exact decimal, not rounded. If other values in the column have more decimal places, the cell
 * leaves room for these places, so that all decimal points are aligned.
 */
export function decimalCell(value: string | null, decimals: number, format = formatExact) {
  if (value === null) return html`<td class="number"><span class="missing">none</span></td>`;
  const room = roomBehind(value, decimals);
  return html`<td class="number"${room === "" ? "" : html` data-room="${room}"`}>${format(value)}</td>`;
}

/**
 * The characters that a value lacks to reach this many decimal places. The cell's data-room attribute reserves
 * space for them.
 */
export function roomBehind(value: string, decimals: number): string {
  const own = decimalsOf(value);
  return own < decimals ? `${own === 0 ? "." : ""}${"0".repeat(decimals - own)}` : "";
}

function decimalsOf(value: string): number {
  const point = value.indexOf(".");
  return point < 0 ? 0 : value.length - point - 1;
}
