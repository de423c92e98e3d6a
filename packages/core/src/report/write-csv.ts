/** Writes the CSV files of a report. */
import { pipeline, Readable } from "node:stream";
import { constants, createGzip } from "node:zlib";
import { readTogether } from "../bytes/read-together.ts";
import { csvFile } from "../csv.ts";
import type { CsvFile } from "../questions/answering.ts";
import { type ReportPlace, writeReportFile } from "./publish.ts";

/** Characters per piece: writing millions of small pieces is slow. */
const PIECE = 64 * 1024;

/**
 * Writes a CSV file of the report and, in the same pass over its records, its compressed copy if it has one.
 * Throws whatever the records throw, and storage errors.
 */
export async function writeCsv(place: ReportPlace, { name, compressed, records }: CsvFile): Promise<void> {
  const file = { file: name, open: async () => encoded(csvFile(records())) };
  if (compressed === undefined) return writeReportFile(place, name, await file.open());
  const { follow: isCompressed } = await readTogether(
    file,
    async ({ open }) => writeReportFile(place, name, await open()),
    async ({ open }) => {
      await writeReportFile(place, compressed, gzip(await open()));
      return true;
    },
  );
  if (!isCompressed) await writeReportFile(place, compressed, gzip(await file.open()));
}

async function* gzip(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const compressor = createGzip({ level: constants.Z_BEST_SPEED });
  // Errors of the chunks destroy the compressor, which then throws them.
  pipeline(Readable.from(chunks), compressor, () => undefined);
  yield* compressor;
}

/** Encodes strings in large pieces instead of record by record. Passes bytes on unchanged. */
async function* encoded(records: AsyncIterable<string | Uint8Array>): AsyncGenerator<Uint8Array> {
  let piece = "";
  for await (const record of records) {
    if (typeof record === "string") {
      piece += record;
      if (piece.length < PIECE) continue;
    }
    if (piece !== "") yield Buffer.from(piece);
    piece = "";
    if (typeof record !== "string") yield record;
  }
  if (piece !== "") yield Buffer.from(piece);
}
