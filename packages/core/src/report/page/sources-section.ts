import { html } from "hono/html";
import { formatNumber, formatTime } from "../../format.ts";
import { scrolling, sortable } from "../../page/figure.ts";
import { QUESTION_FILES } from "../../questions/registry.ts";
import type { Input, Report } from "../report.ts";

/** Where every number comes from: the execution, its settings, and the exact versions of its input files. */
export function sourcesSection(
  { execution, generatedAt, dataFiles, revisions, lineage, version }: Report,
  questionSettings: readonly string[],
) {
  const earlier = revisions.outcome === "first" ? [] : revisions.previous;
  return html`<section id="sources" aria-labelledby="sources-title">
<h2 id="sources-title">Where every number comes from</h2>
<dl class="facts">
<div><dt>Execution</dt><dd><code>${execution.name}</code></dd></div>
<div><dt>Started</dt><dd>${formatTime(execution.startTime)}</dd></div>
<div><dt>Computed</dt><dd>${formatTime(generatedAt)}</dd></div>
<div><dt>Settings</dt><dd>${[...questionSettings, dataFiles.choice].join(", ")}</dd></div>
</dl>
<p>Each file was read in the exact version named here, which the mirror keeps. The SHA-256 is that of its bytes.</p>
${scrolling(
  {
    label: "Table of files that were read",
    rows: lineage.length + earlier.length,
    noun: lineage.length + earlier.length === 1 ? "file" : "files",
  },
  html`<table class="files"><caption>Files that were read</caption>
<thead><tr>${sortable("File", "text")}<th scope="col">Version and SHA-256</th></tr></thead>
<tbody>${lineage.map((input) => row(input, ""))}${earlier.map((input) => row(input, "earlier version, for the revisions"))}</tbody></table>`,
)}
<p>The same report for machines: <a href="report.json">report.json</a> (version ${version},
described by <a href="report.schema.json">report.schema.json</a>), ${[...QUESTION_FILES, "revisions.csv", "releases.csv"].map((name, index) => html`${index === 0 ? "" : ", "}<a href="${name}">${name}</a>`)}.</p>
<p class="fine">Execution <code>${execution.id}</code></p>
</section>`;
}

function row(input: Input, note: string) {
  const { key, versionId, sha256, bytes, sourceModified, storedAt, synthetic } = input;
  return html`<tr><th scope="row">${key}
${synthetic ? html`<small class="synthetic">synthetic data</small>` : ""}
${note === "" ? "" : html`<small>${note}</small>`}
<small>${formatNumber(bytes)} bytes</small>${sourceModified === null ? "" : html`<small>published ${time(sourceModified)}</small>`}<small>stored ${time(storedAt)}</small></th>
<td><small>Version</small><code>${versionId}</code><small>SHA-256</small><code>${sha256}</code></td></tr>`;
}

function time(iso: string) {
  return html`<time datetime="${iso}">${formatTime(iso)}</time>`;
}
