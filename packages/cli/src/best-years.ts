/** `quest best-years`: the best year of every series in any BLS data file. */
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type BestYears, bestYears } from "@data-quest/core/bls-file/best-years";
import { bestYearsOfFile } from "@data-quest/core/bls-file/read-file";
import { DataFileMalformed } from "@data-quest/core/errors";
import { bestYearsCsv } from "@data-quest/core/questions/best-years/csv";
import { Failure } from "./failure.ts";
import { type Column, streamedTable } from "./table.ts";

export type BestYearsFormat = "table" | "csv" | "json";

/** What the command reads from and writes to. */
export type Streams = { stdin: Readable; stdout: Writable };

/** Approximate size of the pieces in which output is written, in characters. */
const PIECE = 64 * 1024;

/**
 * Answers question 2 for the data file at `file`, or for standard input if `file` is `-`. Returns the exit
 * code. If the reader of stdout closes the pipe early (`| head`), that is not an error. Throws Failure for a
 * file that cannot be read or has no rows.
 */
export async function bestYearsCommand(
  file: string,
  { format, includeAverages }: { format: BestYearsFormat; includeAverages: boolean },
  { stdin, stdout }: Streams,
): Promise<number> {
  const name = file === "-" ? "standard input" : file;
  const options = { file: name, includeAverages };
  try {
    using best = await (file === "-" ? bestYears(stdin, options) : bestYearsOfFile(file, options));
    if (best.rows === 0)
      throw new Failure(`${name} has a header but no rows: specify a data file with observations`);
    await pipeline(Readable.from(pieces(FORMATS[format](best))), stdout, { end: false });
    return 0;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EPIPE") return 0;
    if (error instanceof DataFileMalformed) throw new Failure(error.message);
    if (code === "ENOENT") throw new Failure(`${name}: there is no such file`);
    if (code === "EISDIR") throw new Failure(`${name} is a folder: specify one of its data files`);
    if (code === "EACCES" || code === "EPERM") throw new Failure(`${name}: permission denied`);
    throw error;
  }
}

const FORMATS: Record<BestYearsFormat, (best: BestYears) => Iterable<string>> = {
  csv: ({ series }) => bestYearsCsv(series, "\n"),
  json: jsonLines,
  table,
};

/** A JSON array, one series per line. */
function* jsonLines({ series }: BestYears): Generator<string> {
  let before = "[\n";
  for (const best of series) {
    yield `${before}${JSON.stringify(best)}`;
    before = ",\n";
  }
  yield before === "[\n" ? "[]\n" : "\n]\n";
}

const COLUMNS: Column[] = [
  { name: "series_id" },
  { name: "year" },
  { name: "value", align: "right" },
  { name: "basis" },
  { name: "ties" },
];

function* table({ rows, series }: BestYears): Generator<string> {
  let count = 0;
  const cells = function* () {
    count = 0;
    for (const { seriesId, year, value, basis, ties } of series) {
      count++;
      yield [seriesId, year === null ? "" : String(year), value ?? "", basis, ties.join(" ")];
    }
  };
  for (const line of streamedTable(COLUMNS, cells)) yield `${line}\n`;
  yield `${count.toLocaleString("en-US")} series from ${rows.toLocaleString("en-US")} rows\n`;
}

/** Joins strings into larger pieces, so that output is not written line by line. */
function* pieces(texts: Iterable<string>): Generator<string> {
  let piece = "";
  for (const text of texts) {
    piece += text;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = "";
  }
  yield piece;
}
