/** `quest best-years`: the best year of every series in any BLS data file. */
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type BestYear, type BestYears, bestYears } from "@data-quest/core/bls-file/best-years";
import { bestYearsOfFile } from "@data-quest/core/bls-file/read-file";
import { DataFileMalformed } from "@data-quest/core/errors";
import { bestYearsCsv } from "@data-quest/core/questions/best-years/csv";

export type BestYearsFormat = "table" | "csv" | "json";

/** What the command reads from and writes to. */
export type Streams = { stdin: Readable; stdout: Writable; stderr: Writable };

/** Output is written in pieces of about this many characters, not line by line. */
const PIECE = 64 * 1024;

/**
 * Answers question 2 for the data file at `file`, or for standard input where that is `-`. Returns the exit code: 1 where
 * the file cannot be read, with one line on stderr that says why. A reader of stdout that has seen enough (`| head`) is
 * no fault.
 */
export async function bestYearsCommand(
  file: string,
  { format, includeAverages }: { format: BestYearsFormat; includeAverages: boolean },
  { stdin, stdout, stderr }: Streams,
): Promise<number> {
  const name = file === "-" ? "standard input" : file;
  const options = { file: name, includeAverages };
  try {
    using best = await (file === "-" ? bestYears(stdin, options) : bestYearsOfFile(file, options));
    await pipeline(Readable.from(pieces(FORMATS[format](best))), stdout, { end: false });
    return 0;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EPIPE") return 0;
    if (error instanceof DataFileMalformed) stderr.write(`${error.message}\n`);
    else if (code === "ENOENT") stderr.write(`${name}: there is no such file\n`);
    else if (code === "EISDIR") stderr.write(`${name} is a folder: name one of the data files in it\n`);
    else if (code === "EACCES" || code === "EPERM") stderr.write(`${name}: you may not read this file\n`);
    else throw error;
    return 1;
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

function* table({ rows, series }: BestYears): Generator<string> {
  const header = ["series_id", "year", "value", "basis", "ties"];
  const cells = ({ seriesId, year, value, basis, ties }: BestYear) => [
    seriesId,
    String(year),
    value,
    basis,
    ties.join(" "),
  ];
  const widths = header.map((name) => name.length);
  let count = 0;
  for (const best of series) {
    count++;
    for (const [index, cell] of cells(best).entries())
      widths[index] = Math.max(widths[index] ?? 0, cell.length);
  }
  const line = (row: string[]) =>
    `${row
      .map((cell, index) =>
        index === 2 ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0),
      )
      .join("  ")
      .trimEnd()}\n`;
  yield line(header);
  for (const best of series) yield line(cells(best));
  yield `${count.toLocaleString("en-US")} series from ${rows.toLocaleString("en-US")} rows\n`;
}

/** Some thousand characters at a time instead of line by line. */
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
