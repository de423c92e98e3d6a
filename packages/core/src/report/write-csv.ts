/** Writes the CSV files of a report. */
import { pipeline, Readable } from "node:stream";
import { constants, createGzip } from "node:zlib";
import { readTogether } from "../bytes/read-together.ts";
import { csvFile } from "../csv.ts";
import type { CsvFile } from "../questions/answering.ts";
import { type ReportPlace, writeReportFile } from "./publish.ts";

/** Writing millions of small pieces is slow. */
const PIECE = 64 * 1024;

/**
 * Writes a CSV file of the report and, in the same pass over its records, the compressed one if there is one.
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

/** Encodes about ten thousand characters at a time instead of single records. Bytes are passed on unchanged. */
async function* encoded(texts: AsyncIterable<string | Uint8Array>): AsyncGenerator<Uint8Array> {
  let piece = "";
  for await (const text of texts) {
    if (typeof text === "string") piece += text;
    if (typeof text === "string" && piece.length < PIECE) continue;
    yield Buffer.from(piece);
    piece = "";
    if (typeof text !== "string") yield text;
  }
  yield Buffer.from(piece);
}
