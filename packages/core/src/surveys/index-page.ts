import { html, raw } from "hono/html";
import { allSurveysName } from "../constants.ts";
import type { IndexEntry } from "./index-entry.ts";

const STYLE = `
:root { color-scheme: light dark; --paper: #faf9f6; --card: #fff; --ink: #1b2026; --muted: #59626d; --line: #dfddd6; --link: #1f5fa6; --bad: #a3260f; }
@media (prefers-color-scheme: dark) { :root { --paper: #13171b; --card: #1b2026; --ink: #e9e7e2; --muted: #a4adb8; --line: #343b44; --link: #7db4f2; --bad: #ff9d87; } }
body { margin: 0 auto; max-width: 75rem; padding: 1.5rem 1.25rem 3rem; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
a { color: var(--link); }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 0.4rem 0.75rem; text-align: left; border-top: 1px solid var(--line); white-space: nowrap; }
thead th { border-top: 0; color: var(--muted); font-weight: 600; }
.n { text-align: right; }
.bad { color: var(--bad); font-weight: 600; }
.muted { color: var(--muted); }
`;

const words: Record<IndexEntry["status"], string> = {
  SUCCEEDED: "Succeeded",
  FAILED: "Failed",
  TIMED_OUT: "Timed out",
  ABORTED: "Aborted",
  EMPTY: "No files at BLS",
};

/** The index as one page that sends no requests. Its links are relative to the folder of all reports. */
export function indexPage(entries: readonly IndexEntry[]): string {
  const bytes = entries.reduce((sum, entry) => sum + (entry.bytes ?? 0), 0);
  const files = entries.reduce((sum, entry) => sum + (entry.files ?? 0), 0);
  const failed = entries.filter(({ status }) => !isGood(status)).length;
  return String(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<title>BLS surveys</title>
<style>${raw(STYLE)}</style>
</head>
<body>
<h1>BLS surveys</h1>
<p>${count(entries.length, "survey")}, ${count(files, "file")}, ${size(bytes)}.
${failed === 0 ? "The last run of each survey succeeded." : html`<span class="bad">Surveys whose last run failed: ${failed}.</span>`}
The same data as JSON: <a href="index.json">index.json</a>.</p>
<div class="scroll">
<table>
<caption hidden>The last run of each survey</caption>
<thead><tr><th scope="col">Survey</th><th scope="col">Name</th><th scope="col">Status</th><th scope="col">Last run (UTC)</th><th scope="col">Last change at BLS (UTC)</th><th scope="col" class="n">Files</th><th scope="col" class="n">Size</th><th scope="col">Changes in the last run</th></tr></thead>
<tbody>
${entries.map(row)}
</tbody>
</table>
</div>
<p class="muted">A run is one execution of the state machine Pipeline. Redrive a failed execution directly: the state machine ${allSurveysName} only starts executions.</p>
</body>
</html>
`);
}

function row(entry: IndexEntry) {
  const { survey, name, status, execution, error, endedAt, changedAtSource, files, bytes, report } = entry;
  return html`<tr>
<th scope="row">${report === null ? survey : html`<a href="${report}">${survey}</a>`}</th>
<td>${name ?? ""}</td>
<td>${isGood(status) ? words[status] : html`<span class="bad" title="${execution}">${words[status]}${error === null ? "" : `: ${error}`}</span>`}</td>
<td>${minute(endedAt)}</td>
<td>${changedAtSource === null ? "" : minute(changedAtSource)}</td>
<td class="n">${files === null ? "" : files.toLocaleString("en-US")}</td>
<td class="n">${bytes === null ? "" : size(bytes)}</td>
<td>${changesInWords(entry.changes)}</td>
</tr>
`;
}

function changesInWords(changes: IndexEntry["changes"]): string {
  if (changes === null) return "";
  const parts = Object.entries(changes).filter(([, files]) => files > 0);
  return parts.length === 0 ? "none" : parts.map(([action, files]) => `${files} ${action}`).join(", ");
}

function isGood(status: IndexEntry["status"]): boolean {
  return status === "SUCCEEDED" || status === "EMPTY";
}

function minute(iso: string): string {
  return iso.slice(0, 16).replace("T", " ");
}

function count(value: number, noun: string): string {
  return `${value.toLocaleString("en-US")} ${noun}${value === 1 ? "" : "s"}`;
}

/** Bytes in decimal units, with three significant digits. */
function size(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3));
  const value = (bytes / 1000 ** power).toLocaleString("en-US", { maximumSignificantDigits: 3 });
  return `${value} ${units[power]}`;
}
