/** Reports of every kind, for tests of the page. */
import type { Input, Release, Report, Revisions } from "../report.ts";

const YEARS = Array.from({ length: 12 }, (_, index) => 2013 + index);
const NAMES = {
  sector: "Manufacturing",
  measure: "Hours worked",
  duration: "% Change from previous quarter",
};

const input = (key: string, version: string): Input => ({
  key,
  versionId: version,
  sha256: "4b8521a65afc27fdd1b056711a733922cdf7f890e3a122f4db279ef50374f683",
  bytes: 1_567_978,
  sourceModified: "2026-06-04T12:30:00.000Z",
  storedAt: "2026-06-04T13:00:07.000Z",
  synthetic: false,
});

const DATA_FILE = input("bls/pr/pr.data.0.Current", "version-2");

/** The best years of `series` series, of which `listed` are listed. */
export function bestYearsForTests(series: number, listed = series): Report["bestYears"] {
  const rows = Array.from({ length: listed }, (_, index) => ({
    seriesId: `PRS${String(30_000_000 + index)}`,
    year: 2000 + (index % 23),
    value: `${((index * 7919) % 100_000) - 20_000}.${index % 10}`,
    basis: index % 5 === 4 ? ("annual" as const) : ("quarters" as const),
    ties: index % 9 === 0 ? [2023, 2024] : [],
    names: { ...NAMES, sector: index % 2 === 0 ? "Manufacturing" : "Nonfarm Business" },
  }));
  const byYear = new Map<number, number>();
  for (const { year } of rows) byYear.set(year, (byYear.get(year) ?? 0) + 1);
  return {
    dataFile: DATA_FILE.key,
    observations: series * 120,
    series,
    byBasis: {
      months: 0,
      quarters: series - Math.floor(series / 5),
      halves: 0,
      annual: Math.floor(series / 5),
      all: 0,
      none: 0,
    },
    tied: Math.ceil(series / 9),
    byYear: [...byYear].sort(([a], [b]) => a - b).map(([year, found]) => ({ year, series: found })),
    nameColumns: Object.keys(NAMES),
    complete: listed === series,
    rows,
  };
}

/** The revisions of `series` series, of which at most 1000 are listed. */
export function revisionsForTests(series: number): Revisions {
  const rows = Array.from({ length: Math.min(series, 1000) }, (_, index) => {
    const change = (series - index) * (index % 3 === 0 ? -1 : 1);
    return {
      seriesId: `PRS${String(30_000_000 + index)}`,
      names: NAMES,
      changed: 1 + (index % 40),
      added: 2,
      dropped: 0,
      footnotes: 1,
      largest: { year: 2024, period: "Q02", before: "1.25", after: `${change + 1}.25`, change: `${change}` },
    };
  });
  return {
    outcome: "compared",
    previous: [{ ...input(DATA_FILE.key, "version-1"), storedAt: "2026-05-07T13:00:07.000Z" }],
    causes: [{ key: DATA_FILE.key, cause: "published", restoredFrom: null }],
    changed: series * 20,
    added: series * 2,
    dropped: 3,
    footnotes: 7,
    byYear: YEARS.map((year, index) => ({
      year,
      changed: 10 * index,
      added: index,
      dropped: index % 2,
      footnotes: index % 3,
    })),
    changedSeries: series,
    complete: rows.length === series,
    rows,
  };
}

/**
 * This many monthly releases, newest first. The second release was restored, and the third was not compared. The
 * last two have the outcomes `pending` and `first`.
 */
export function releasesForTests(releases: number): Release[] {
  return Array.from({ length: releases }, (_, index): Release => {
    const month = new Date(Date.UTC(2026, 5 - index, 4, 12, 30)).toISOString();
    const place = {
      id: `release-${releases - index}`,
      storedAt: month.replace("12:30", "13:00"),
      sourceModified: month,
      sha256: "4b8521a65afc27fdd1b056711a733922cdf7f890e3a122f4db279ef50374f683",
      synthetic: false,
      files: [
        {
          key: DATA_FILE.key,
          versionId: `version-${releases - index}`,
          previousVersionId: `version-${releases - index - 1}`,
        },
      ],
    };
    if (index === releases - 1) return { ...place, comparison: { outcome: "first" } };
    if (index === releases - 2) return { ...place, comparison: { outcome: "pending" } };
    const cause = { key: DATA_FILE.key, cause: "published" as const, restoredFrom: null };
    if (index === 2) {
      const reason = "A row is malformed";
      return { ...place, comparison: { outcome: "not compared", causes: [cause], reason } };
    }
    return {
      ...place,
      comparison: {
        outcome: "compared",
        causes: index === 1 ? [{ ...cause, cause: "restored", restoredFrom: "version-1" }] : [cause],
        changed: 20 * index,
        added: 282,
        dropped: index === 3 ? 3 : 0,
        footnotes: 7,
        changedSeries: 2 * index,
        differences: "bls/pr/releases/data_file=pr.data.0.Current/0.parquet",
      },
    };
  });
}

/** A report of 40 series, with the test's overrides. */
export function reportForTests(otherwise: Partial<Report> = {}): Report {
  return {
    $schema: "report.schema.json",
    version: 10,
    survey: "pr",
    generatedAt: "2026-06-04T13:00:30.000Z",
    synthetic: false,
    execution: {
      id: "arn:aws:states:us-east-1:000000000000:execution:Pipeline:2026-06-04T13-00-00Z-1f3a",
      name: "2026-06-04T13-00-00Z-1f3a",
      startTime: "2026-06-04T13:00:00.000Z",
    },
    earlier: "2026-05-07T13-00-00Z-9c2b",
    settings: {
      survey: "pr",
      settleSeconds: 0,
      analysis: {
        years: [2013, 2018],
        series: "PRS30006032",
        period: "Q01",
        dataFile: ["pr.data.0.Current"],
        chosenBy: "name",
        largerFile: null,
        knownConflicts: [],
        includeAverages: false,
      },
      verify: false,
      acceptSource: [],
      refresh: true,
      concurrency: 4,
    },
    population: {
      years: [2013, 2018],
      mean: 317_437_383,
      standardDeviation: 4_257_089.5415293295,
      byYear: YEARS.map((year, index) => ({ year, population: 311_536_594 + 2_100_000 * index })),
    },
    dataFiles: {
      files: [DATA_FILE.key],
      choice: "pr.data.0.Current",
      largerFile: null,
      seriesLeftOut: 0,
      faults: [],
    },
    bestYears: bestYearsForTests(40),
    seriesWithPopulation: {
      seriesId: "PRS30006032",
      period: "Q01",
      names: NAMES,
      footnoteTexts: { R: "revised" },
      rows: Array.from({ length: 20 }, (_, index) => ({
        year: 2006 + index,
        value: index === 3 ? null : `${(index % 7) - 3}.5`,
        population: index < 7 || index > 18 ? null : 311_536_594 + 2_100_000 * (index - 7),
        footnotes: index === 19 ? "R" : "",
      })),
    },
    revisions: revisionsForTests(12),
    releases: { rows: releasesForTests(6), inCsv: 6 },
    heldFiles: [],
    failedFiles: [],
    lineage: [
      { ...input("usa-api-sync/population/nation_population.json", "version-0"), sourceModified: null },
      DATA_FILE,
      input("bls/pr/pr.series", "version-3"),
    ],
    ...otherwise,
  };
}

/** A report with this text in every place that shows text from data. */
export function reportOf(text: string): Report {
  const report = reportForTests();
  const { bestYears, seriesWithPopulation, revisions, lineage } = report;
  if (revisions.outcome !== "compared" || seriesWithPopulation === null) return report;
  const names = { [text]: text };
  const of = (from: Input): Input => ({
    ...from,
    key: `${text}/${text}`,
    versionId: text,
    sha256: text,
    sourceModified: text,
    storedAt: text,
  });
  return {
    ...report,
    survey: text,
    generatedAt: text,
    execution: { id: text, name: text, startTime: text },
    earlier: text,
    settings: {
      ...report.settings,
      analysis: { ...report.settings.analysis, dataFile: [text] },
    },
    heldFiles: [
      {
        key: text,
        versionId: text,
        reason: text,
        storedAt: text,
        origin: "restored",
        restoredFrom: text,
        tag: text,
      },
      {
        key: text,
        versionId: text,
        reason: text,
        storedAt: text,
        origin: "put",
        restoredFrom: null,
        tag: text,
      },
    ],
    dataFiles: { files: [text], choice: text, largerFile: text, seriesLeftOut: 1, faults: [text] },
    bestYears: {
      ...bestYears,
      dataFile: text,
      rows: bestYears.rows.map((row) => ({ ...row, seriesId: text, names })),
    },
    seriesWithPopulation: {
      seriesId: text,
      period: text,
      names,
      footnoteTexts: { [text]: text },
      rows: seriesWithPopulation.rows.map((row) => ({ ...row, footnotes: text })),
    },
    revisions: {
      ...revisions,
      previous: revisions.previous.map(of),
      causes: [
        { key: text, cause: "restored", restoredFrom: text },
        { key: text, cause: "published", restoredFrom: null },
      ],
      rows: revisions.rows.map((row) => ({
        ...row,
        seriesId: text,
        names,
        largest: { ...row.largest, period: text },
      })),
    },
    releases: {
      inCsv: 1,
      rows: report.releases.rows.map((release) => ({
        ...release,
        ...{ id: text, storedAt: text, sourceModified: text, sha256: text },
        files: [{ key: text, versionId: text, previousVersionId: text }],
        comparison: { outcome: "not compared", causes: [], reason: text },
      })),
    },
    failedFiles: [{ key: text, error: text, cause: text, versionId: text }],
    lineage: lineage.map(of),
  };
}
