/** Names of a survey whose files are given as text, for tests. */
import { mappingHeader } from "./mapping-file.ts";
import { readSeriesNames, type SeriesNames } from "./names.ts";
import type { ReadableFile } from "./series-blocks.ts";

/**
 * A file `xx.<name>` with this text, in chunks of `size` bytes. Its name is added to `opened` each time that
 * it is opened.
 */
export function textFile(name: string, text: string | Buffer, size = 7, opened: string[] = []): ReadableFile {
  const bytes = Buffer.from(text);
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  const open = async () => {
    opened.push(name);
    return chunks();
  };
  return { file: `xx.${name}`, bytes: bytes.length, open };
}

/**
 * The names of the series of the survey xx, from the texts of its series file and its mapping files. The keys
 * of `mappings` are file names without `xx.`. The name of each mapping file whose header is read is added to
 * `headersRead`.
 */
export function namesOf(
  series: string | Buffer | ReadableFile,
  mappings: Record<string, string | Buffer> = {},
  { headersRead = [], mostBytesMapped }: { headersRead?: string[]; mostBytesMapped?: number } = {},
): Promise<SeriesNames> {
  const isText = typeof series === "string" || Buffer.isBuffer(series);
  return readSeriesNames(
    isText ? textFile("series", series) : series,
    {
      files: Object.keys(mappings),
      async header(name) {
        headersRead.push(name);
        const text = Buffer.from(mappings[name] ?? "").toString();
        return mappingHeader(`xx.${name}`, text.split("\n")[0] ?? "");
      },
      open: (name) => textFile(name, mappings[name] ?? ""),
    },
    mostBytesMapped,
  );
}
