/** index.html: the report for people, as one page that loads nothing else. */
import { createHash } from "node:crypto";
import { html, raw } from "hono/html";
import { count, fileName, formatTime } from "../../format.ts";
import { STYLE } from "../../page/style.ts";
import { questionPages } from "../../questions/answer.ts";
import type { Section } from "../../questions/answering.ts";
import { surveyName } from "../../surveys.ts";
import type { Report } from "../report.ts";
import { failedFilesBanner } from "./failed-files-banner.ts";
import { heldBanner } from "./held-banner.ts";
import { releasesSection } from "./releases-section.ts";
import { revisionsSection } from "./revisions-section.ts";
import { SCRIPT } from "./script.ts";
import { sourcesSection } from "./sources-section.ts";

/**
 * The page may run only its own script and apply only its own style sheet, which this policy identifies by their
 * hashes. Inline handlers and style attributes do not work on the page, and it sends no requests.
 */
const POLICY = [
  "default-src 'none'",
  `script-src '${hashOf(SCRIPT)}'`,
  `style-src '${hashOf(STYLE)}'`,
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

/** What a reader should know about the data files before reading the answers. */
function dataFileNotes({ dataFiles: { choice, files, largerFile, seriesLeftOut, faults } }: Report) {
  const merged =
    files.length === 1
      ? ""
      : html`<p>Analyzed: ${choice}. Each observation counts once.${leftOut(seriesLeftOut)}</p>`;
  const larger =
    largerFile === null
      ? ""
      : html`<p>The survey also has a larger file, <code>${fileName(largerFile)}</code>, which, judging by its name, contains all data. To analyze
it, specify it as <code>analysis.dataFile</code> in the execution’s input.</p>`;
  const wrong =
    faults.length === 0
      ? ""
      : html`<aside class="banner" aria-label="Faults in the data files"><strong>Some data could not be used.</strong> The answers leave it out:
<ul>${faults.map((fault) => html`<li>${fault}</li>`)}</ul></aside>`;
  return html`${wrong}${merged}${larger}`;
}

function leftOut(series: number): string {
  return series === 0
    ? ""
    : ` ${count(series, "series is", "series are")} left out, because files contradict each other.`;
}

/** The page of a report. All text from data is escaped. */
export async function renderPage(report: Report): Promise<string> {
  const { survey, execution, earlier, generatedAt, synthetic, bestYears } = report;
  const name = surveyName(survey);
  const questions = await questionPages(report, report.settings.analysis);
  const sections: Section[] = [
    ...questions.map(({ section }) => section),
    { id: "revisions", link: "Revisions", markup: revisionsSection(report) },
    { id: "releases", link: "Releases", markup: releasesSection(report) },
    ...questions.flatMap(({ appendix = [] }) => appendix),
    {
      id: "sources",
      link: "Sources",
      markup: sourcesSection(
        report,
        questions.map(({ settings }) => settings),
      ),
    },
  ];
  const { sourceModified = null } = report.lineage.find(({ key }) => key === bestYears.dataFile) ?? {};
  const published = sourceModified === null ? "" : `, published ${formatTime(sourceModified)},`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${survey}${name === undefined ? "" : `: ${name}`} and the U.S. population: report of ${formatTime(generatedAt)}</title>
<link rel="icon" href="data:,">
<style>${raw(STYLE)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the answers</a>
<header>
<p class="brand">Data Quest</p>
<h1>${name === undefined ? html`The BLS survey <em>${survey}</em>` : html`<em>${name}</em> (${survey})`} and the population of the United States</h1>
<p class="made">Computed ${formatTime(generatedAt)} from <code>${fileName(bestYears.dataFile)}</code>${published} by execution
<code>${execution.name}</code></p>
<p class="others">${earlier === null ? "" : html`<a href="../${encodeURIComponent(earlier)}/index.html" rel="prev">Earlier report</a>`}
<a href="../latest/index.html">Latest report</a> <a href="../../explore.html#survey=${encodeURIComponent(survey)}">Explore the series</a> <a href="../../index.html">All surveys</a></p>
</header>
${
  synthetic
    ? html`<aside class="banner" aria-label="Synthetic data"><strong>Synthetic data.</strong> Files that this report was computed from contain
generated data, for demonstration. Do not cite these figures; <a href="#sources">the list of files</a> marks which ones they are.</aside>`
    : ""
}
${failedFilesBanner(report)}
${heldBanner(report)}
${dataFileNotes(report)}
<main id="main">
<div class="answers">
${questions.map(
  ({ card }) => html`<a class="answer" href="#${card.section}">${card.markup}</a>
`,
)}</div>
<nav aria-label="Sections">${sections.map(({ id, link }) => html`<a href="#${id}">${link}</a>`)}</nav>
${sections.map(
  ({ markup }) => html`${markup}
`,
)}</main>
<footer><p>Figures from the U.S. Bureau of Labor Statistics and, through DataUSA, the U.S. Census Bureau. Neither of them
made or endorses this page.</p></footer>
<script>${raw(SCRIPT)}</script>
</body>
</html>
`;
  return String(await page);
}
