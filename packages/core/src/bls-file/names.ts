/** The names of a survey's series: codes from `<survey>.series`, texts from the mapping files `<survey>.<name>`. */

import { columnNames, malformed } from "./columns.ts";
import { textLines } from "./lines.ts";
import { createRowPacker } from "./packed-rows.ts";

/** `columns` are the names that this survey has, such as sector, measure, duration; `of` gives a series' texts by them. */
export type SeriesNames = { columns: string[]; of(seriesId: string): Record<string, string> };

/** Opens the mapping file `<survey>.<name>`. Undefined where the survey has none. */
export type OpenMapping = (
  name: string,
) => Promise<{ file: string; chunks: AsyncIterable<Uint8Array> } | undefined>;

/** The names of a survey without a series file. */
export const NO_NAMES: SeriesNames = { columns: [], of: () => ({}) };

/**
 * Reads the names of all series. Every column of the series file that is called `<name>_code`, or that a mapping file is
 * called after (`seasonal`), gives the name `<name>`: the mapping file's text, or the code itself where there is no mapping
 * file or no such code in it. `series_title` gives `title`. The file is streamed; its rows stay in memory, packed.
 *
 * Throws DataFileMalformed where a row of the series file is too short.
 */
export async function readSeriesNames(
  series: { file: string; chunks: AsyncIterable<Uint8Array> },
  openMapping: OpenMapping,
): Promise<SeriesNames> {
  const packer = createRowPacker();
  let names: Name[] = [];
  let idColumn = -1;
  let lastColumn = 0;
  let line = 0;
  for await (const batch of textLines(series.file, series.chunks)) {
    for (const text of batch) {
      line++;
      if (line === 1) {
        const columns = columnNames(series.file, text);
        idColumn = columns.indexOf("series_id");
        if (idColumn < 0) throw malformed(series.file, line, text, "the header has no column series_id");
        names = await namesOf(columns, openMapping);
        lastColumn = columns.length - 1;
        continue;
      }
      if (text.trim() === "") continue;
      const cells = cellsOf(text);
      if (cells.length <= Math.min(lastColumn, Math.max(idColumn, 1))) {
        throw malformed(
          series.file,
          line,
          text,
          `${cells.length} columns where the header has ${lastColumn + 1}`,
        );
      }
      packer.add(cells[idColumn] ?? "", text);
    }
  }
  const find = packer.finish();
  return {
    columns: names.map(({ name }) => name),
    of(seriesId) {
      const row = find(seriesId);
      if (row === undefined) return {};
      const cells = cellsOf(row);
      return Object.fromEntries(names.map(({ name, text }) => [name, text(cells)]));
    },
  };
}

/** A name, and how it is read from the cells of a row of the series file. */
type Name = { name: string; text: (cells: string[]) => string };

function cellsOf(line: string): string[] {
  return line.split("\t").map((cell) => cell.trim());
}

async function namesOf(columns: string[], openMapping: OpenMapping): Promise<Name[]> {
  const names: Name[] = [];
  for (const [index, column] of columns.entries()) {
    if (column === "series_title") {
      names.push({ name: "title", text: (cells) => cells[index] ?? "" });
      continue;
    }
    if (column === "series_id" || column === "footnote_codes") continue;
    const name = column.replace(/_code$/, "");
    const mapping = await openMapping(name);
    const texts = mapping === undefined ? undefined : await readMapping(mapping, name, columns);
    if (texts === undefined && name === column) continue;
    names.push({ name, text: (cells) => texts?.textOf(cells) ?? cells[index] ?? "" });
  }
  return names;
}

/**
 * Reads a mapping file: the texts for the codes of one column of the series file. The key is its column `<name>_code`,
 * together with every other code column that the series file has too (a product's code means something only within its
 * industry). The text is `<name>_text` or `<name>_name`, or else the first column behind the key. Undefined where the
 * file has no column `<name>_code`.
 */
export async function readMapping(
  mapping: { file: string; chunks: AsyncIterable<Uint8Array> },
  name: string,
  seriesColumns: readonly string[],
): Promise<{ textOf(seriesCells: string[]): string | undefined } | undefined> {
  const texts = new Map<string, string>();
  let keyColumns: number[] | undefined;
  let seriesKeyColumns: number[] = [];
  let textColumn = 0;
  for await (const batch of textLines(mapping.file, mapping.chunks)) {
    for (const line of batch) {
      if (keyColumns === undefined) {
        const columns = columnNames(mapping.file, line);
        const inSeries = (column: string) =>
          seriesColumns.indexOf(column === `${name}_code` && !seriesColumns.includes(column) ? name : column);
        const keys = columns.filter((column) => column.endsWith("_code") && inSeries(column) >= 0);
        if (!keys.includes(`${name}_code`)) return undefined;
        keyColumns = keys.map((column) => columns.indexOf(column));
        seriesKeyColumns = keys.map(inSeries);
        textColumn = columns.findIndex((column) => column === `${name}_text` || column === `${name}_name`);
        if (textColumn < 0) textColumn = Math.max(...keyColumns) + 1;
        continue;
      }
      const cells = cellsOf(line);
      const text = cells[textColumn];
      const key = keyColumns.map((column) => cells[column] ?? "").join("\t");
      if (text !== undefined && text !== "" && !texts.has(key)) texts.set(key, text);
    }
  }
  return { textOf: (cells) => texts.get(seriesKeyColumns.map((column) => cells[column] ?? "").join("\t")) };
}
