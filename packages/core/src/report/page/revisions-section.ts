import { html } from "hono/html";
import { count, fileName, formatChange, formatNumber, formatTime, seriesName } from "../../format.ts";
import { decimalCell, figure, mostDecimals, scrolling, sortable } from "../../page/figure.ts";
import { causeSentence } from "../causes.ts";
import type { Report, Revisions } from "../report.ts";
import { largestChangesChart, revisedYearsChart } from "./revisions-chart.ts";

type Compared = Extract<Revisions, { outcome: "compared" }>;

/** What changed since the newest earlier version of the data file. */
export function revisionsSection({ revisions, bestYears }: Report) {
  return html`<section id="revisions" aria-labelledby="revisions-title">
<h2 id="revisions-title">Changes since the previous version</h2>
${content(revisions, fileName(bestYears.dataFile))}
</section>`;
}

function content(revisions: Revisions, file: string) {
  switch (revisions.outcome) {
    case "first":
      return html`<p>The mirror has no earlier version of <code>${file}</code> to compare with. Once there is a newer
one, this section shows which values changed.</p>`;
    case "not compared":
      return html`<p>${file} was not compared with ${version(revisions.previous)}: ${revisions.reason}.
${causesText(revisions)}</p>`;
    case "compared":
      return compared(revisions, file);
  }
}

function version(previous: Compared["previous"]) {
  const [{ storedAt, sourceModified } = { storedAt: "", sourceModified: null }, ...others] = previous;
  if (others.length > 0) return `the previous versions of ${previous.length} data files`;
  const published = sourceModified === null ? "" : `published ${formatTime(sourceModified)} and `;
  return `the version ${published}stored here ${formatTime(storedAt)}`;
}

/** What caused the changes, file by file if the causes differ. */
function causesText({ causes, previous }: Pick<Compared, "causes" | "previous">) {
  const synthetic = previous.some((input) => input.synthetic);
  const isOne = new Set(causes.map(({ cause }) => cause)).size === 1;
  return (isOne ? causes.slice(0, 1) : causes).map(
    ({ key, cause, restoredFrom }) =>
      html`${isOne ? "" : `${fileName(key)}: `}${causeSentence(cause, synthetic)}${restoredFrom === null ? "" : html` Restored from version <code>${restoredFrom}</code>.`} `,
  );
}

function compared(revisions: Compared, file: string) {
  const { previous, changed, added, dropped, footnotes, changedSeries, byYear, rows } = revisions;
  return html`<p><code>${file}</code> was compared with the newest earlier version that differs: ${version(previous)}.
${
  changed === 0
    ? "No observation changed."
    : html`<strong>${count(changed, "observation")} of ${count(changedSeries, "series", "series")} changed.</strong>`
} ${count(added, "is", "are")} new, ${count(dropped, "was", "were")} dropped.${
    footnotes === 0
      ? ""
      : ` ${count(footnotes, "has the same value but different footnotes", "have the same value but different footnotes")}, for example because a preliminary value is now final.`
  }</p>
<p><strong>Cause:</strong> ${causesText(revisions)}</p>
${
  byYear.length === 0
    ? ""
    : figure(
        revisedYearsChart(revisions),
        html`<table><caption>Observations that differ, by year, ${count(byYear.length, "year")}</caption>
<thead><tr>${sortable("Year", "number")}${sortable("Changed", "number")}${sortable("New", "number")}${sortable("Dropped", "number")}${sortable("Other footnotes", "number")}</tr></thead>
<tbody>${byYear.map(
          (
            row,
          ) => html`<tr><th scope="row">${row.year}</th><td class="number">${formatNumber(row.changed)}</td>
<td class="number">${formatNumber(row.added)}</td><td class="number">${formatNumber(row.dropped)}</td><td class="number">${formatNumber(row.footnotes)}</td></tr>`,
        )}</tbody></table>`,
      )
}
${rows.length === 0 ? "" : [figure(largestChangesChart(revisions)), changesTable(revisions)]}
<p><a href="revisions.csv">revisions.csv</a> lists every observation that differs, with both values.</p>`;
}

function changesTable({ rows, changedSeries, complete }: Compared) {
  const all = complete
    ? `All ${formatNumber(changedSeries)} series with changed values`
    : `The ${formatNumber(rows.length)} of ${formatNumber(changedSeries)} series with the largest changes`;
  const decimals = {
    change: mostDecimals(rows.map(({ largest }) => largest.change)),
    before: mostDecimals(rows.map(({ largest }) => largest.before)),
    after: mostDecimals(rows.map(({ largest }) => largest.after)),
  };
  return scrolling(
    { label: "Table of series with changed values", rows: rows.length, noun: "series", csv: "revisions.csv" },
    html`<table id="revised-series" class="stacked"><caption>${all}, each in its own unit</caption>
<thead><tr>${sortable("Series", "text")}${sortable("Largest change", "number")}${sortable("In", "text")}${sortable("Before", "number")}${sortable("Now", "number")}${sortable("Values changed", "number")}</tr></thead>
<tbody>${rows.map(
      ({
        seriesId,
        names,
        changed,
        largest,
      }) => html`<tr><th scope="row">${seriesId} <small>${seriesName(names)}</small></th>
${decimalCell(largest.change, decimals.change, formatChange)}<td class="place">${largest.year} ${largest.period}</td>
${decimalCell(largest.before, decimals.before)}${decimalCell(largest.after, decimals.after)}
<td class="number">${formatNumber(changed)}</td></tr>`,
    )}</tbody></table>`,
  );
}
