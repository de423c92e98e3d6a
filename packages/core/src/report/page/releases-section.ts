import { html } from "hono/html";
import { count, fileName, formatNumber, formatTime } from "../../format.ts";
import { scrolling, sortable } from "../../page/figure.ts";
import { causeSentence } from "../causes.ts";
import type { Release, Report } from "../report.ts";

/** All releases of the data file, and how many observations each release changed. */
export function releasesSection({ releases: { rows, inCsv }, bestYears: { dataFile } }: Report) {
  const file = fileName(dataFile);
  return html`<section id="releases" aria-labelledby="releases-title">
<h2 id="releases-title">All releases</h2>
<p>A release is a version of <code>${file}</code> that differs from the previous one. It stays in this list, with what it
changed, after it has expired from the mirror.${pendingText(rows)}</p>
${
  rows.length === 0
    ? ""
    : scrolling(
        {
          label: "Table of releases",
          rows: rows.length,
          noun: rows.length === 1 ? "release" : "releases",
          csv: "releases.csv",
        },
        html`<table><caption>Releases of ${file}, newest first: observations that changed since the previous release, are new, were dropped, or have different footnotes; and series with a changed value</caption>
<thead><tr>${sortable("Published", "text")}${sortable("Changed", "number")}${sortable("New", "number")}${sortable("Dropped", "number")}${sortable("Footnotes", "number")}${sortable("Series", "number")}${sortable("Cause", "text")}</tr></thead>
<tbody>${rows.map(row)}</tbody></table>`,
      )
}
<p><a href="releases.csv">releases.csv</a> ${csvText(rows, inCsv)} Explore shows the values that one series had in each release.</p>
</section>`;
}

function pendingText(rows: readonly Release[]): string {
  const pending = rows.filter(({ comparison }) => comparison.outcome === "pending").length;
  if (pending === 0) return "";
  return ` ${count(pending, "release has", "releases have")} not been compared yet; the next runs will catch up, a few releases at a time.`;
}

function csvText(rows: readonly Release[], inCsv: number): string {
  if (inCsv === 0) return "has no records, because the newest release differs in too many observations.";
  const listed = "lists every observation that differs, with both values,";
  if (inCsv === rows.length) return `${listed} for all of these releases.`;
  return `${listed} for the newest ${count(inCsv, "release")}. The older ones differ in too many observations for one file.`;
}

function row({ storedAt, sourceModified, synthetic, comparison }: Release) {
  const stored = html`<small>stored ${time(storedAt)}</small>`;
  return html`<tr><th scope="row">${sourceModified === null ? "" : time(sourceModified)}${stored}</th>${counts(comparison)}
<td>${note(comparison, synthetic)}</td></tr>
`;
}

function counts(comparison: Release["comparison"]) {
  const numbers =
    comparison.outcome === "compared"
      ? [
          comparison.changed,
          comparison.added,
          comparison.dropped,
          comparison.footnotes,
          comparison.changedSeries,
        ].map((number) => formatNumber(number))
      : ["", "", "", "", ""];
  return numbers.map((number) => html`<td class="number">${number}</td>`);
}

/** What caused the changes, or why there is no comparison. */
function note(comparison: Release["comparison"], synthetic: boolean): string {
  switch (comparison.outcome) {
    case "first":
      return "The oldest version that the mirror had: there was nothing to compare it with.";
    case "pending":
      return "Not compared yet.";
    case "not compared":
      return [...causeSentences(comparison.causes, synthetic), `Not compared: ${comparison.reason}.`].join(
        " ",
      );
    case "compared":
      return causeSentences(comparison.causes, synthetic).join(" ");
  }
}

function causeSentences(
  causes: Extract<Release["comparison"], { outcome: "compared" }>["causes"],
  synthetic: boolean,
): string[] {
  return [...new Set(causes.map(({ cause }) => causeSentence(cause, synthetic)))];
}

function time(iso: string) {
  return html`<time datetime="${iso}">${formatTime(iso)}</time>`;
}
