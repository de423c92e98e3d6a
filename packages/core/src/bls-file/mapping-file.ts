/** A survey's mapping files: the meanings of its series' codes. */
import {
  addBytes,
  type ByteDictionary,
  createByteDictionary,
  findBytes,
  placeOfBytes,
} from "../bytes/dictionaries.ts";
import { columnNames, malformed } from "./columns.ts";
import { textLines } from "./lines.ts";
import type { ReadableFile } from "./series-blocks.ts";

/** Texts by their keys: `texts[i]` is the text of the key at position i in `keys`. */
export type MappingTable = { keys: ByteDictionary; texts: ByteDictionary };

/** Separates the parts of a key that has several columns. */
export const KEY_SEPARATOR = 9;

/**
 * The memory for all mapping files of a survey, in bytes: `most` is the limit, and `taken` is the amount in
 * use.
 */
export type MappingMemory = { most: number; taken: number };

/** An entry takes about 32 bytes in addition to its key and text. */
const BYTES_PER_ENTRY = 32;

const TEXT_COLUMNS = ["text", "name", "title", "desc", "description"];

/**
 * The positions in a mapping file of the key and the text for one column of the series file. The key is
 * `<name>_code`, together with every other code column that is also in the series file. For example, a
 * product's code means something only within its industry. `seriesColumns` are the positions of the key's
 * columns in the series file.
 */
export type MappingColumns = {
  keyColumns: number[];
  seriesColumns: number[];
  textColumn: number;
  count: number;
};

/**
 * Finds the columns of a mapping file that explain the column `column` of the series file, from both headers.
 * Undefined if the mapping file has no key for `column`.
 */
export function mappingColumns(
  column: string,
  header: readonly string[],
  seriesHeader: readonly string[],
): MappingColumns | undefined {
  const name = column.replace(/_code$/, "");
  const key = `${name}_code`;
  const own = header.indexOf(key);
  if (own < 0) return undefined;
  const keyColumns: number[] = [];
  const seriesColumns: number[] = [];
  for (const [place, each] of header.entries()) {
    // In the series file, the column's name may lack _code, as with `seasonal`.
    const inSeries = each === key ? seriesHeader.indexOf(column) : seriesHeader.indexOf(each);
    if (!each.endsWith("_code") || inSeries < 0 || header.indexOf(each) !== place) continue;
    keyColumns.push(place);
    seriesColumns.push(inSeries);
  }
  const named = TEXT_COLUMNS.map((suffix) => header.indexOf(`${name}_${suffix}`)).find((place) => place >= 0);
  const behind = header.findIndex((each, place) => place > own && !each.endsWith("_code"));
  const textColumn = named ?? (behind < 0 ? own + 1 : behind);
  return { keyColumns, seriesColumns, textColumn, count: header.length };
}

/**
 * True if one of the file's columns contains the texts for `column`. This distinguishes the column's own file
 * from other files that use its codes.
 */
export function hasTextOf(column: string, header: readonly string[]): boolean {
  const name = column.replace(/_code$/, "");
  return TEXT_COLUMNS.some((suffix) => header.includes(`${name}_${suffix}`));
}

/**
 * Reads a mapping file. Of two rows with the same key, the first one counts. If a row has more cells than the
 * header and its text cell is empty (as in `la.state_region_division`), the next non-empty cell is the text.
 *
 * Throws DataFileMalformed, with the file and the line number, if the keys and texts take more than `memory`
 * allows.
 */
export async function readMapping(
  { file, open }: Pick<ReadableFile, "file" | "open">,
  { keyColumns, textColumn, count }: MappingColumns,
  memory: MappingMemory,
): Promise<MappingTable> {
  const table: MappingTable = { keys: createByteDictionary(), texts: createByteDictionary() };
  let lines = 0;
  for await (const batch of textLines(file, await open())) {
    for (const line of batch) {
      lines++;
      if (lines === 1) continue;
      const cells = line.split("\t").map((cell) => cell.trim());
      const text =
        cells[textColumn] ||
        (cells.length > count ? cells.slice(textColumn).find((cell) => cell !== "") : "");
      if (text === undefined || text === "") continue;
      const key = Buffer.from(keyColumns.map((column) => cells[column] ?? "").join("\t"));
      if (findBytes(table.keys, key, 0, key.length) >= 0) continue;
      placeOfBytes(table.keys, key, 0, key.length);
      const bytes = Buffer.from(text);
      addBytes(table.texts, bytes, 0, bytes.length);
      memory.taken += key.length + bytes.length + BYTES_PER_ENTRY;
      if (memory.taken > memory.most) {
        const fault = `the texts of the survey's mapping files take more than ${memory.most} bytes of memory`;
        throw malformed(file, lines, line, fault);
      }
    }
  }
  return table;
}

/** The columns of a mapping file's header line. */
export function mappingHeader(file: string, line: string): string[] {
  return columnNames(file, line);
}
