/**
 * Writes the files of all surveys, smaller than at BLS. Each file is valid: its names, rows, and codes are
 * consistent.
 */
import { closeSync, mkdirSync, openSync, utimesSync, writeSync } from "node:fs";
import { join } from "node:path";
import { EMPTY_SURVEY, type InventoryFile } from "./inventory.ts";

const PUBLISHED = new Date("2026-01-29T13:30:00Z");
const LAST_YEAR = 2024;
/** A series has at most one row per month for 200 years. */
const MOST_ROWS_OF_A_SERIES = 2400;
const CODES = 20;
const BATCH_BYTES = 1 << 20;

/**
 * Writes each survey to a separate folder in `folder`. Each file's size is divided by `scale`, as closely as
 * whole rows allow.
 */
export function writeSurveys(folder: string, files: readonly InventoryFile[], scale: number): void {
  for (const survey of new Set(files.map((file) => file.survey))) {
    const own = files
      .filter((file) => file.survey === survey)
      .map(({ name, bytes }) => ({ name, bytes: Math.ceil(bytes / scale) }));
    writeSurvey(join(folder, survey), survey, own);
  }
  mkdirSync(join(folder, EMPTY_SURVEY));
}

type Sized = { name: string; bytes: number };

function writeSurvey(folder: string, survey: string, files: readonly Sized[]): void {
  mkdirSync(folder, { recursive: true });
  const columns = files.flatMap(({ name }) => mappingColumn(survey, name) ?? []);
  const seriesBytes = files.find(({ name }) => name === `${survey}.series`)?.bytes ?? 0;
  const rowsOf = ({ bytes }: Sized) => Math.max(1, Math.floor(bytes / dataRow(survey, 0, 0, 1).length));
  const most = Math.max(0, ...files.filter(({ name }) => isDataFile(survey, name)).map(rowsOf));
  const series = Math.max(
    Math.floor(seriesBytes / seriesRow(survey, columns, 0).length),
    Math.ceil(most / MOST_ROWS_OF_A_SERIES),
    1,
  );
  for (const file of files) {
    const path = join(folder, file.name);
    const fd = openSync(path, "w");
    for (const batch of batches(rowsOfFile())) writeSync(fd, batch);
    closeSync(fd);
    utimesSync(path, PUBLISHED, PUBLISHED);

    function rowsOfFile(): Iterable<string> {
      if (isDataFile(survey, file.name)) return dataRows(survey, rowsOf(file), series);
      if (file.name === `${survey}.series`) return seriesRows(survey, columns, series);
      const column = mappingColumn(survey, file.name);
      if (column !== undefined) return mappingRows(column, file.bytes);
      if (file.name === `${survey}.footnote`) return ["footnote_code\tfootnote_text\r\n", "R\trevised\r\n"];
      return text(file);
    }
  }
}

function isDataFile(survey: string, name: string): boolean {
  return new RegExp(`^${survey}\\.data\\.\\d+\\w?\\.`).test(name);
}

/** The stem of a mapping file's columns, such as `area` for `la.area`. Undefined for any other file. */
function mappingColumn(survey: string, name: string): string | undefined {
  const [, stem = ""] = new RegExp(`^${survey}\\.([a-z_]+)$`).exec(name) ?? [];
  return ["", "series", "footnote", "txt", "contacts", "period", "doc"].includes(stem) ? undefined : stem;
}

function idOf(survey: string, number: number): string {
  return `${survey.toUpperCase()}U${String(number).padStart(14, "0")}`;
}

/**
 * The lines of a data file with the given numbers of rows and series. Each series has the same number of months,
 * up to the end of LAST_YEAR. A series has the same values in every file.
 */
function* dataRows(survey: string, rows: number, series: number): Generator<string> {
  yield "series_id        \tyear\tperiod\t       value\tfootnote_codes\r\n";
  const each = Math.ceil(rows / series);
  const first = LAST_YEAR * 12 + 12 - each;
  for (let row = 0; row < rows; row++) {
    const month = first + (row % each);
    yield dataRow(survey, Math.floor(row / each), Math.floor(month / 12), (month % 12) + 1);
  }
}

function dataRow(survey: string, series: number, year: number, month: number): string {
  const tenths = (series * 31 + year * 7 + month) % 100_000;
  const period = `M${String(month).padStart(2, "0")}`;
  const value = `${Math.floor(tenths / 10)}.${tenths % 10}`.padStart(12);
  return `${idOf(survey, series)}\t${String(year).padStart(4, "0")}\t${period}\t${value}\t\r\n`;
}

function* seriesRows(survey: string, columns: readonly string[], series: number): Generator<string> {
  const codes = columns.map((column) => `${column}_code\t`).join("");
  yield `series_id        \t${codes}series_title\tfootnote_codes\tbegin_year\tbegin_period\tend_year\tend_period\r\n`;
  for (let number = 0; number < series; number++) yield seriesRow(survey, columns, number);
}

function seriesRow(survey: string, columns: readonly string[], number: number): string {
  const codes = columns
    .map((_, index) => `${codeOf(Math.floor(number / CODES ** index) % CODES)}\t`)
    .join("");
  return `${idOf(survey, number)}\t${codes}Series ${number}, not seasonally adjusted\t\t2015\tM01\t${LAST_YEAR}\tM12\r\n`;
}

function codeOf(code: number): string {
  return String(code).padStart(4, "0");
}

/** The rows of a mapping file: at least one row for each code that the series can have. */
function* mappingRows(column: string, bytes: number): Generator<string> {
  yield `${column}_code\t${column}_text\r\n`;
  let written = 0;
  for (let code = 0; code < CODES || written < bytes; code++) {
    const row = `${codeOf(code)}\tThe ${column.replaceAll("_", " ")} with the number ${code}\r\n`;
    written += row.length;
    yield row;
  }
}

function* text({ name, bytes }: Sized): Generator<string> {
  const line = `${name}: text of the right size.\r\n`;
  for (let written = 0; written < bytes; written += line.length) yield line.slice(0, bytes - written);
}

/** Joins rows into larger batches for the file system. */
function* batches(rows: Iterable<string>): Generator<string> {
  let batch = "";
  for (const row of rows) {
    batch += row;
    if (batch.length < BATCH_BYTES) continue;
    yield batch;
    batch = "";
  }
  yield batch;
}
