/**
 * Generates the files of a survey of any size, in the format of BLS's largest survey, cs. The same size yields
 * the same bytes.
 */
import { closeSync, linkSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";

/** The size of the survey: its number of series, and how many years of values each has. */
export type SurveySize = { series: number; years: number };

const INDUSTRIES = 2000;
const EVENTS = 100;
const CASES = 50;
const BATCH = 4000;

/**
 * Writes the survey's files to `folder`: two identical data files, the series file, and three mapping files. Ten
 * million series of eleven years are 12 GB of data, as in cs itself, and a series file of 1.5 GB (2.1 GB in cs).
 */
export function writeLargestSurvey(
  folder: string,
  { series, years }: SurveySize,
  { twice = true } = {},
): void {
  mkdirSync(folder, { recursive: true });
  const write = (name: string, texts: Iterable<string>) => {
    const fd = openSync(join(folder, name), "w");
    for (const text of texts) writeSync(fd, text);
    closeSync(fd);
  };
  write("cs.industry", mapping("industry", INDUSTRIES));
  write("cs.event", mapping("event", EVENTS));
  write("cs.case", mapping("case", CASES));
  write("cs.series", seriesRows(series, years));
  write("cs.data.1.AllData", dataRows(series, years));
  // The replica reads the link as a separate file.
  if (twice) linkSync(join(folder, "cs.data.1.AllData"), join(folder, "cs.data.0.Current"));
}

function* mapping(name: string, codes: number): Generator<string> {
  yield `${name}_code\t${name}_text\tdisplay_level\tselectable\tsort_sequence\r\n`;
  for (let code = 0; code < codes; code++) {
    yield `${String(code).padStart(4, "0")}\tThe ${name} with the number ${code}, and what else belongs to it\t0\tT\t${code}\r\n`;
  }
}

/** The codes of a series. `kind` changes with every series, and `industry` changes rarely. */
function codesOf(number: number): { industry: string; event: string; kind: string } {
  const code = (value: number) => String(value).padStart(4, "0");
  const kind = number % CASES;
  const event = Math.floor(number / CASES) % EVENTS;
  const industry = Math.floor(number / CASES / EVENTS) % INDUSTRIES;
  return { industry: code(industry), event: code(event), kind: code(kind) };
}

function idOf(number: number): string {
  return `CSU${String(number).padStart(9, "0")}${codesOf(number).kind}X000`;
}

function* seriesRows(series: number, years: number): Generator<string> {
  yield "series_id           \tseasonal\tindustry_code\tevent_code\tcase_code\tseries_title\tfootnote_codes\tbegin_year\tbegin_period\tend_year\tend_period\r\n";
  for (let number = 0; number < series; number += BATCH) {
    let rows = "";
    for (let each = number; each < Math.min(series, number + BATCH); each++) {
      const { industry, event, kind } = codesOf(each);
      rows += `${idOf(each)}\tU\t${industry}\t${event}\t${kind}\tNumber of nonfatal occupational injuries and illnesses, industry ${industry}, event ${event}, case ${kind}\t\t2000\tA01\t${1999 + years}\tA01\r\n`;
    }
    yield rows;
  }
}

function* dataRows(series: number, years: number): Generator<string> {
  yield "series_id                     \tyear\tperiod\t       value\tfootnote_codes\r\n";
  for (let number = 0; number < series; number += BATCH) {
    let rows = "";
    for (let each = number; each < Math.min(series, number + BATCH); each++) {
      const id = `${idOf(each)}          `;
      // A few thousand distinct values, most of them small, like counts of cases.
      let state = (each * 0x9e3779b1) | 0;
      for (let year = 2000; year < 2000 + years; year++) {
        state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + year;
        const size = (state >>> 3) % 10 === 0 ? 3000 : 60;
        const value = String(10 * ((state >>> 8) % size)).padStart(12);
        rows += `${id}\t${year}\tA01\t${value}\t${(state & 127) === 0 ? "P" : ""}\r\n`;
      }
    }
    yield rows;
  }
}
