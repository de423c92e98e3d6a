/** Writes the bundled sample: a small source in the exact format of the BLS survey `pr`, with made-up observations. */
import { join } from "node:path";
import { publishFile } from "../publish.ts";
import { MAPPING_FILES } from "./mapping-files.ts";
import type { Observation } from "./observations.ts";
import { ABOUT, CONTACTS } from "./prose.ts";
import { type Series, sampleSeries } from "./series.ts";

/** The sample's last release, 8:30 AM in Washington; the contacts are older, as at BLS. */
const RELEASED = new Date("2025-03-06T13:30:00Z");
const CONTACTS_CHANGED = new Date("2022-09-13T20:52:00Z");

/** `pr.data.0.Current` begins with this year. */
const CURRENT_FROM = 2009;

/** Writes the sample's files to `dir`/pr, with fixed times. The same bytes each time. */
export async function writeSample(dir: string): Promise<void> {
  for (const [name, text] of sampleFiles()) {
    await publishFile(join(dir, "pr", name), text, name === "pr.contacts" ? CONTACTS_CHANGED : RELEASED);
  }
}

/** The sample's twelve files: name -> text. */
export function sampleFiles(): Map<string, string> {
  const series = sampleSeries();
  const files = new Map<string, string>();
  for (const [name, lines] of Object.entries(MAPPING_FILES)) {
    files.set(name, text(lines.map((fields) => fields.join("\t"))));
  }
  files.set("pr.contacts", text(CONTACTS));
  files.set("pr.data.0.Current", dataFile(series, CURRENT_FROM));
  files.set("pr.data.1.AllData", dataFile(series, 0));
  files.set("pr.series", seriesFile(series));
  files.set("pr.txt", text(ABOUT));
  return files;
}

function text(lines: string[]): string {
  return lines.map((line) => `${line}\r\n`).join("");
}

function dataFile(series: Series[], fromYear: number): string {
  const lines = [
    ["series_id".padEnd(17), "year", "period", "value".padStart(12), "footnote_codes"].join("\t"),
  ];
  for (const { id, observations } of series) {
    for (const { year, period, value, footnotes } of observations) {
      if (year >= fromYear)
        lines.push([id.padEnd(17), year, period, value.padStart(12), footnotes].join("\t"));
    }
  }
  return text(lines);
}

function seriesFile(series: Series[]): string {
  const header =
    "series_id        ,sector_code,class_code,measure_code,duration_code,seasonal,base_year,footnote_codes," +
    "begin_year,begin_period,end_year,end_period";
  const lines = series.map(({ id, sector, class: classCode, measure, duration, observations }) => {
    const baseYear = duration === "3" ? "2017" : "-";
    const span = [observations[0], observations.at(-1)].flatMap(yearAndPeriod);
    return [id.padEnd(17), sector, classCode, measure, duration, "S", baseYear, "", ...span].join("\t");
  });
  return text([header.replaceAll(",", "\t"), ...lines]);
}

function yearAndPeriod(observation: Observation | undefined): (string | number)[] {
  if (!observation) throw new Error("the sample has a series without observations");
  return [observation.year, observation.period];
}
