/** The sample's survey `pr`: real mapping files, made-up observations of real series. */
import { MAPPING_FILES } from "./mapping-files.ts";
import { ABOUT_PRODUCTIVITY, CONTACTS } from "./prose.ts";
import { type Series, sampleSeries } from "./series.ts";
import { dataFile, mappingFile, spanOf, textFile } from "./text-file.ts";

/** `pr.data.0.Current` starts with this year. */
const CURRENT_FROM = 2009;

/** The survey's twelve files: name -> text. */
export function productivityFiles(): Map<string, string> {
  const series = sampleSeries();
  const files = new Map<string, string>();
  for (const [name, lines] of Object.entries(MAPPING_FILES)) files.set(name, mappingFile(lines));
  files.set("pr.contacts", textFile(CONTACTS));
  files.set("pr.data.0.Current", dataFile(series, CURRENT_FROM));
  files.set("pr.data.1.AllData", dataFile(series));
  files.set("pr.series", seriesFile(series));
  files.set("pr.txt", textFile(ABOUT_PRODUCTIVITY));
  return files;
}

function seriesFile(series: Series[]): string {
  const header =
    "series_id        ,sector_code,class_code,measure_code,duration_code,seasonal,base_year,footnote_codes," +
    "begin_year,begin_period,end_year,end_period";
  const lines = series.map(({ id, sector, class: classCode, measure, duration, observations }) => {
    const baseYear = duration === "3" ? "2017" : "-";
    const fields = [id.padEnd(17), sector, classCode, measure, duration, "S", baseYear, ""];
    return [...fields, ...spanOf(observations)].join("\t");
  });
  return textFile([header.replaceAll(",", "\t"), ...lines]);
}
