import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { Report } from "../report.ts";
import { renderPage } from "./page.ts";
import {
  bestYearsForTests,
  releasesForTests,
  reportForTests,
  reportOf,
  revisionsForTests,
} from "./report.test-support.ts";

const HOSTILE = `"'><script>alert(1)</script><img src=x onerror=alert(2)>&{b}</style></svg></title><!--`;

const page = (otherwise: Partial<Report> = {}) => renderPage(reportForTests(otherwise));
const tags = (html: string) => html.match(/<[a-z/!][^>]*>/gi) ?? [];
/** The text between the tags, without its line breaks. */
const words = (html: string) => html.replace(/<(style|script)>.*?<\/\1>|<[^>]*>/gs, " ").replace(/\s+/g, " ");

describe("the page", () => {
  test("is rendered from a report that the schema of reports accepts", () => {
    expect(Report.parse(reportForTests())).toEqual(reportForTests());
  });

  test("allows its own script and style sheet by their hashes, and nothing else", async () => {
    const html = await page();
    const hashOf = (name: string) => {
      const [content, ...more] = [...html.matchAll(new RegExp(`<${name}>(.*?)</${name}>`, "gs"))];
      expect(more).toEqual([]);
      return createHash("sha256")
        .update(content?.[1] ?? "")
        .digest("base64");
    };
    const policy = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(html)?.[1];
    expect(policy?.replaceAll("&#39;", "'").split("; ").sort()).toEqual([
      "base-uri 'none'",
      "default-src 'none'",
      "form-action 'none'",
      "img-src data:",
      `script-src 'sha256-${hashOf("script")}'`,
      `style-src 'sha256-${hashOf("style")}'`,
    ]);
  });

  test("has nothing that the policy refuses, and links only to its folder and other pages of the mirror", async () => {
    const html = await page();
    const attributes = tags(html).flatMap((tag) => [...tag.matchAll(/\s([\w:-]+)(?:="([^"]*)")?/g)]);
    const links = attributes.filter(([, name]) =>
      /^(src|href|xlink:href|action|data|poster|srcset)$/.test(name ?? ""),
    );
    expect(new Set(links.map(([, , value]) => value?.replace(/^#.*/, "#")))).toEqual(
      new Set([
        "#",
        "data:,",
        "best-years.csv",
        "best-years.csv.gz",
        "population-by-year.csv",
        "revisions.csv",
        "releases.csv",
        "report.json",
        "report.schema.json",
        "../2026-05-07T13-00-00Z-9c2b/index.html",
        "../latest/index.html",
        "../../index.html",
        "../../explore.html#survey=pr",
      ]),
    );
    expect(attributes.filter(([, name]) => /^(style|on\w+)$/.test(name ?? ""))).toEqual([]);
    expect(html.match(/https?:|@import|url\((?!#)/g)).toBeNull();
  });

  test("has the same bytes each time it is rendered", async () => {
    const first = await page();
    expect(await page()).toBe(first);
  });

  test("escapes all text from the data", async () => {
    const html = await renderPage(reportOf(HOSTILE));
    // Text elements are not compared, because charts leave out labels that would touch each other.
    const shapeOf = (each: string) =>
      tags(each).flatMap((tag) => /^<(?!\/?text\b)[\w/!]+/.exec(tag)?.[0] ?? []);
    expect(shapeOf(html)).toEqual(shapeOf(await renderPage(reportOf("text"))));
    expect(html).toContain("&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;");
  });

  test("states the answers in plain words", async () => {
    const html = words(await page());
    expect(html).toContain(
      "How many people? 317,437,383 people lived in the United States on average from 2013 to 2018. The sample standard deviation of the yearly figures is 4,257,089.54.",
    );
    expect(html).toContain("and 14 more are each the best year of 2 of 40 series, more than any other year.");
    expect(html).toContain(
      "PRS30006032 in Q01 1.5 was its value in 2024, when 334,636,594 people lived in the United States. 12 years have both figures. Manufacturing · Hours worked · % Change from previous quarter",
    );
  });

  test("has the text of each footnote, or only the code if there is no text", async () => {
    const { seriesWithPopulation } = reportForTests();
    if (seriesWithPopulation === null) throw new Error("no series was chosen");
    const rows = ["R", "P,R", "X", ""].map((footnotes, index) => ({
      year: 2020 + index,
      value: "1",
      population: 100,
      footnotes,
    }));
    const footnoteTexts = { P: "preliminary", R: "revised" };
    const html = words(
      await page({ seriesWithPopulation: { ...seriesWithPopulation, footnoteTexts, rows } }),
    );
    expect(html).toContain(
      "2023 1 100 2022 1 100 X 2021 1 100 P: preliminary; R: revised 2020 1 100 R: revised ",
    );
  });

  test("says what was revised, by how much, and since which version", async () => {
    const html = words(await page({ revisions: revisionsForTests(1500) }));
    expect(html).toContain(
      "the version published 2026-06-04 12:30 UTC and stored here 2026-05-07 13:00 UTC.",
    );
    expect(html).toContain("30,000 observations of 1,500 series changed. 3,000 are new, 3 were dropped.");
    expect(html).toContain("7 have the same value but different footnotes");
    expect(html).toContain("The 1,000 of 1,500 series with the largest changes");
    expect(html).toContain("+1,499 2024 Q02 1.25 1,500.25 2");
    expect(words(await page())).toContain("All 12 series with changed values");
    const [, , previous] = reportForTests().lineage;
    if (previous === undefined) throw new Error("the report has no third input");
    const unread = {
      outcome: "not compared" as const,
      previous: [previous],
      causes: [],
      reason: "it is <unreadable>",
    };
    expect(words(await page({ revisions: unread }))).toContain("13:00 UTC: it is &lt;unreadable&gt;.");
    expect(words(await page({ revisions: { outcome: "first" } }))).toContain(
      "The mirror has no earlier version of",
    );
  });

  test.each([
    [
      { origin: "restored", restoredFrom: "v1", tag: "restored" },
      "an operator restored it from version v1 ( quest restore ), 2026-06-04 13:00 UTC. Sync says: it differs",
    ],
    [{ origin: "put", tag: "put" }, "an operator uploaded it, 2026-06-04 13:00 UTC. Sync"],
    [
      { origin: "copied", tag: "by Anna" },
      "an operator copied it from an older version, 2026-06-04 13:00 UTC (tag held=by Anna ). Sync",
    ],
    [
      { origin: "workflow", tag: "by Anna" },
      "an execution stored it, 2026-06-04 13:00 UTC, and an operator holds it (tag held=by Anna ). Sync",
    ],
  ] as const)("shows a held version and who wrote it: %j", async (file, text) => {
    const held = {
      key: "bls/pr/pr.data.0.Current",
      versionId: "v9",
      reason: "it differs",
      restoredFrom: null,
    };
    const html = words(
      await page({ heldFiles: [{ ...held, storedAt: "2026-06-04T13:00:07.000Z", ...file }] }),
    );
    expect(html).toContain(`Held versions. This report was computed from versions that an operator holds`);
    expect(html).toContain(`bls/pr/pr.data.0.Current , version v9 : ${text}`);
    expect(words(await page())).not.toContain("Held versions");
  });

  test("attributes the changes to what caused them, file by file if the causes differ", async () => {
    const revisions = revisionsForTests(3);
    if (revisions.outcome !== "compared") throw new Error("the versions were not compared");
    const causesOf = async (...causes: typeof revisions.causes) =>
      words(await page({ revisions: { ...revisions, causes }, releases: { rows: [], inCsv: 0 } }));
    const of = (cause: (typeof revisions.causes)[number]["cause"], file = "pr.data.1.Old") => ({
      key: `bls/pr/${file}`,
      cause,
      restoredFrom: cause === "restored" ? "v1" : null,
    });
    expect(await causesOf(of("published"))).toContain("Cause: BLS published a new version. ");
    const restored = await causesOf(of("restored"), of("restored"));
    expect(restored).toContain(
      "Cause: An operator restored an earlier version (quest restore): BLS did not publish these changes. Restored from version v1 .",
    );
    expect(restored).not.toContain("BLS published");
    const both = await causesOf(of("published", "pr.data.2.New"), of("put"));
    expect(both).toContain(
      "Cause: pr.data.2.New: BLS published a new version. pr.data.1.Old: An operator uploaded",
    );
    const made = { ...revisions, previous: revisions.previous.map((each) => ({ ...each, synthetic: true })) };
    expect(words(await page({ revisions: made }))).toContain("The source of the synthetic data published");
  });

  test("lists each release: what it changed, what caused the changes, or why it was not compared", async () => {
    const text = words(await page());
    expect(text).toContain("6 releases");
    // Some of these releases were not compared.
    expect(text).not.toContain("Each was compared");
    expect(text).toContain(
      "It stays in this list, with what it changed, after it has expired from the mirror.",
    );
    expect(text).toContain(
      "2026-06-04 12:30 UTC stored 2026-06-04 13:00 UTC 0 282 0 7 0 BLS published a new version.",
    );
    expect(text).toContain(
      "stored 2026-05-04 13:00 UTC 20 282 0 7 2 An operator restored an earlier version (quest restore): BLS did not publish these changes.",
    );
    expect(text).toContain(
      "stored 2026-04-04 13:00 UTC BLS published a new version. Not compared: A row is malformed.",
    );
    expect(text).toContain("stored 2026-02-04 13:00 UTC Not compared yet.");
    expect(text).toContain("stored 2026-01-04 13:00 UTC The oldest version that the mirror had");
    expect(text).toContain(
      "1 release has not been compared yet; the next runs will catch up, a few releases at a time.",
    );
    expect(text).toContain(
      "lists every observation that differs, with both values, for all of these releases",
    );
    const rows = releasesForTests(6);
    expect(words(await page({ releases: { rows, inCsv: 2 } }))).toContain("for the newest 2 releases.");
    expect(words(await page({ releases: { rows, inCsv: 0 } }))).toContain("has no records");
  });

  test("lists the same series as report.json, and says how many series there are", async () => {
    const html = await page({ bestYears: bestYearsForTests(20_000, 10_000) });
    expect(words(html)).toContain(
      "The first 10,000 of 20,000 series, in order of their IDs: best-years.csv has all",
    );
    const table = html.slice(html.indexOf('id="series-table"'));
    expect(table.slice(0, table.indexOf("</table>")).match(/<th scope="row">/g)).toHaveLength(10_000);
  });

  test("works without a chosen series, without values, and without series", async () => {
    const { settings, seriesWithPopulation, bestYears } = reportForTests();
    const analysis = { ...settings.analysis, series: null };
    const none = await page({ settings: { ...settings, analysis }, seriesWithPopulation: null });
    expect(words(none)).toContain("The settings of this run do not include a series.");
    const rows = [{ year: 2020, value: null, population: null, footnotes: "" }];
    const unknown = await page({
      seriesWithPopulation: seriesWithPopulation && { ...seriesWithPopulation, rows },
    });
    expect(words(unknown)).toContain("No year has both a value of this series and a population.");
    const empty = await page({
      bestYears: { ...bestYearsForTests(0), observations: bestYears.observations },
    });
    expect(words(empty)).toContain("No series of the data file has a value.");
  });

  test("says which periods the sums were taken over", async () => {
    const { settings } = reportForTests();
    const bestYears = bestYearsForTests(5);
    const [first, ...rows] = bestYears.rows;
    if (first === undefined) throw new Error("there is no series");
    const none = { months: 0, quarters: 0, halves: 0, annual: 0, all: 0, none: 0 };
    const pageOf = async (basis: typeof first.basis, includeAverages: boolean) => {
      const byBasis = { ...none, [basis]: 5 };
      const analysis = { ...settings.analysis, includeAverages };
      const all = { ...bestYears, byBasis, rows: [{ ...first, basis }, ...rows] };
      return words(await page({ bestYears: all, settings: { ...settings, analysis } }));
    };
    const halves = await pageOf("halves", false);
    expect(halves).toContain("taken over the finest periods that the series has. Averages are never part");
    expect(halves).toContain("Summed from half-years (S01, S02) 5 With a tie");
    expect(halves).toContain("2000 -20,000.0 half-years 2023, 2024");
    const averages = await pageOf("all", true);
    expect(averages).toContain(
      "In its best year, a series has its largest yearly sum, of all periods, averages included.",
    );
    expect(averages).toContain("taken over all periods, averages included , as this run’s");
    expect(averages).toContain("With all periods added up, averages included 5 With a tie");
    expect(averages).toContain("2000 -20,000.0 all periods, averages included 2023, 2024");
    expect(averages).not.toMatch(/finest|never part|Summed from (months|quarters|half)/);
  });

  test("says that synthetic data is synthetic, and marks the files", async () => {
    expect(await page()).not.toMatch(/synthetic data/i);
    const { lineage } = reportForTests();
    const marked = lineage.map((input, index) => ({ ...input, synthetic: index === 1 }));
    const html = words(await page({ synthetic: true, lineage: marked }));
    expect(html).toContain("Synthetic data. Files that this report was computed from contain generated data");
    expect(html).toContain("bls/pr/pr.data.0.Current synthetic data 1,567,978 bytes");
    expect(html.match(/synthetic data/g)).toHaveLength(1);
  });

  test("lists every file with its version, its hash, and its times", async () => {
    const html = words(await page());
    const sha256 = "4b8521a65afc27fdd1b056711a733922cdf7f890e3a122f4db279ef50374f683";
    const published = "1,567,978 bytes published 2026-06-04 12:30 UTC stored";
    expect(html).toContain(
      `bls/pr/pr.data.0.Current ${published} 2026-06-04 13:00 UTC Version version-2 SHA-256 ${sha256}`,
    );
    expect(html).toContain(
      `bls/pr/pr.data.0.Current earlier version, for the revisions ${published} 2026-05-07 13:00 UTC Version version-1`,
    );
    expect(html).toContain(
      "arn:aws:states:us-east-1:000000000000:execution:Pipeline:2026-06-04T13-00-00Z-1f3a",
    );
  });
});
