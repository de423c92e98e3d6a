/** The names of a survey's series: codes from the series file, texts from the mapping files. */
import { type ByteDictionary, findBytes, startOf } from "../bytes/dictionaries.ts";
import { KEY_SEPARATOR, type MappingTable, readMapping } from "./mapping-file.ts";
import { type MappingHeaders, type NameColumn, nameColumns } from "./name-columns.ts";
import type { ReadableFile } from "./series-blocks.ts";
import {
  createSeriesFileReader,
  type Search,
  SeriesFileOutOfOrder,
  type SeriesFileReader,
} from "./series-file.ts";
import { sortedSeriesFile } from "./sorted-series-file.ts";
import { utf8Bytes } from "./text-bytes.ts";

/**
 * A series' texts, by the names of their columns. If a column has no text, its entry is missing or an empty
 * string.
 */
export type NamesOfSeries = Record<string, string>;

export type SeriesNames = {
  /** The kinds of names that the survey's series have, such as sector, measure, and duration. */
  columns: readonly string[];
  /** Reads the names of series in ID order, while the series file is streamed. */
  inOrder(): NamesInOrder;
  /** The names of some series, from one pass over the series file. */
  find(ids: Iterable<string>): Promise<Map<string, NamesOfSeries>>;
  /** Makes later reads sort the series file first. */
  sort(): void;
};

export type NamesInOrder = {
  /**
   * Looks for a series by its ID (UTF-8), which must not sort before the previous one. If it returns `more`,
   * call load() and look again.
   */
  search(id: Uint8Array, start: number, end: number): Search;
  load(): Promise<void>;
  /** Reads the rest of the series file, so that no row remains unchecked. */
  finish(): Promise<void>;
  /** Releases the stream. */
  close(): Promise<void>;
  /** For each column, the texts that its entries refer to. */
  texts: readonly (ByteDictionary | undefined)[];
  /**
   * For the series found: the position of a column's text in `texts`, or -1 if the text is in the series file
   * itself.
   */
  entry(column: number): number;
  /**
   * The column's cell in the series file: its UTF-8 bytes are `cell.bytes` from `cell.start` to `cell.end`.
   */
  cell(column: number): Cell;
  /** The text of a column, from either source. */
  text(column: number): string;
  /**
   * For the series found: the cell of a series file column, by that column's own name. Empty if there is no
   * such column.
   */
  published(column: string): Cell;
};

/** The same object is filled for every cell. */
export type Cell = { bytes: Buffer; start: number; end: number };

/** A series file of at most this many bytes is kept in memory, so that it is fetched only once. */
const MOST_BYTES_KEPT = 8 * 1024 * 1024;
/**
 * The memory limit for all mapping files of a survey in total. The largest known file, pd.product, has 0.9
 * MB.
 */
export const MOST_BYTES_MAPPED = 64 * 1024 * 1024;
/** Up to twice this many bytes of an unsorted series file may be in memory at a time. */
const MOST_BYTES_SORTED = 64 * 1024 * 1024;

function emptyCell(): Cell {
  return { bytes: Buffer.alloc(0), start: 0, end: 0 };
}

/** The names of a survey without a series file. */
export const NO_NAMES: SeriesNames = {
  columns: [],
  inOrder: () => ({
    search: () => "absent",
    load: async () => undefined,
    finish: async () => undefined,
    close: async () => undefined,
    texts: [],
    entry: () => -1,
    cell: emptyCell,
    text: () => "",
    published: emptyCell,
  }),
  find: async () => new Map(),
  sort: () => undefined,
};

/** The survey's mapping files. */
export type Mappings = MappingHeaders & { open(file: string): Pick<ReadableFile, "file" | "open"> };

/**
 * Reads the survey's mapping files that its series file refers to. The series file itself is streamed
 * whenever names are requested. If a code has no text, the code itself is the text.
 *
 * Throws DataFileMalformed if the series file has no header or no column series_id, and if the mapping files
 * together take more than `mostBytesMapped` of memory. Searches throw DataFileMalformed if a row has fewer
 * cells than the header or has no ID, and SeriesFileOutOfOrder if the rows are not sorted. In the latter
 * case, call sort() and start over.
 */
export async function readSeriesNames(
  series: ReadableFile,
  mappings: Mappings,
  mostBytesMapped = MOST_BYTES_MAPPED,
): Promise<SeriesNames> {
  const file = keptIfSmall(series);
  const header = createSeriesFileReader(file.file, await file.open());
  while (header.columns.length === 0) await header.load();
  await header.close();
  const columns = await nameColumns(header.columns, mappings);
  const tables: (MappingTable | undefined)[] = [];
  const memory = { most: mostBytesMapped, taken: 0 };
  for (const { mapping } of columns) {
    tables.push(mapping && (await readMapping(mappings.open(mapping.file), mapping, memory)));
  }
  let isSorted = true;

  function inOrder(): NamesInOrder {
    const open = isSorted ? file.open : async () => sortedSeriesFile(file, MOST_BYTES_SORTED);
    return createNamesInOrder(file.file, open, columns, tables);
  }

  async function find(ids: Iterable<string>): Promise<Map<string, NamesOfSeries>> {
    const wanted = [...new Set(ids)].map((id) => Buffer.from(id)).sort(Buffer.compare);
    const found = new Map<string, NamesOfSeries>();
    const names = inOrder();
    for (const id of wanted) {
      let state = names.search(id, 0, id.length);
      for (; state === "more"; state = names.search(id, 0, id.length)) await names.load();
      if (state === "absent") continue;
      found.set(
        id.toString(),
        Object.fromEntries(columns.map(({ name }, column) => [name, names.text(column)])),
      );
    }
    await names.close();
    return found;
  }

  const names: SeriesNames = {
    columns: columns.map(({ name }) => name),
    inOrder,
    find: (ids) => retriedInOrder(names, () => find(ids)),
    sort() {
      isSorted = false;
    },
  };
  return names;
}

/**
 * Runs `attempt`, which needs names in order. If the rows of the series file turn out to be unsorted, runs
 * `attempt` once more with the file sorted.
 */
export async function retriedInOrder<Result>(
  names: SeriesNames,
  attempt: () => Promise<Result>,
): Promise<Result> {
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof SeriesFileOutOfOrder)) throw error;
    names.sort();
    return attempt();
  }
}

function createNamesInOrder(
  file: string,
  open: () => Promise<AsyncIterable<Uint8Array>>,
  columns: readonly NameColumn[],
  tables: readonly (MappingTable | undefined)[],
): NamesInOrder {
  let reader: SeriesFileReader | undefined;
  /**
   * For each column, the most recent key and its entry, because neighboring rows share most of their keys.
   */
  const keys = columns.map(() => Buffer.alloc(64));
  const lengths = columns.map(() => -1);
  const entries = columns.map(() => -1);
  const strings = tables.map(() => [] as string[]);
  const cell = emptyCell();
  /** The positions of the columns that `published` has looked up. */
  const publishedPlaces = new Map<string, number>();

  /** Compares a column's key with the most recent one, without copying it. */
  function isKnown({ bytes, bounds }: SeriesFileReader, column: number, places: readonly number[]): boolean {
    const known = keys[column];
    const length = lengths[column] ?? -1;
    if (known === undefined || length < 0) return false;
    let at = 0;
    for (let index = 0; index < places.length; index++) {
      const place = places[index] ?? 0;
      const from = bounds[2 * place] ?? 0;
      const to = bounds[2 * place + 1] ?? 0;
      if (index > 0 && known[at++] !== KEY_SEPARATOR) return false;
      for (let next = from; next < to; next++) if (known[at++] !== bytes[next]) return false;
    }
    return at === length;
  }

  /** Copies the cells of a column's key to `keys`. */
  function takeKey({ bytes, bounds }: SeriesFileReader, column: number, places: readonly number[]): Buffer {
    let needed = places.length;
    for (const place of places) needed += (bounds[2 * place + 1] ?? 0) - (bounds[2 * place] ?? 0);
    let key = keys[column];
    if (key === undefined || key.length < needed) {
      key = Buffer.alloc(2 * needed);
      keys[column] = key;
    }
    let length = 0;
    for (let index = 0; index < places.length; index++) {
      const place = places[index] ?? 0;
      const to = bounds[2 * place + 1] ?? 0;
      if (index > 0) key[length++] = KEY_SEPARATOR;
      for (let next = bounds[2 * place] ?? 0; next < to; next++) key[length++] = bytes[next] ?? 0;
    }
    lengths[column] = length;
    return key;
  }

  function entry(column: number): number {
    const table = tables[column];
    const places = columns[column]?.mapping?.seriesColumns;
    if (table === undefined || places === undefined || reader === undefined) return -1;
    if (isKnown(reader, column, places)) return entries[column] ?? -1;
    const key = takeKey(reader, column, places);
    const length = lengths[column] ?? 0;
    const text = reader.isAscii ? key : utf8Bytes(key.subarray(0, length));
    const found = findBytes(table.keys, text, 0, reader.isAscii ? length : text.length);
    entries[column] = found;
    return found;
  }

  function cellAt(place: number): Cell {
    cell.bytes = reader?.bytes ?? cell.bytes;
    cell.start = reader?.bounds[2 * place] ?? 0;
    cell.end = reader?.bounds[2 * place + 1] ?? 0;
    if (reader?.isAscii === false) {
      cell.bytes = utf8Bytes(cell.bytes.subarray(cell.start, cell.end));
      cell.start = 0;
      cell.end = cell.bytes.length;
    }
    return cell;
  }

  function takeCell(column: number): Cell {
    return cellAt(columns[column]?.place ?? 0);
  }

  function published(column: string): Cell {
    let place = publishedPlaces.get(column);
    if (place === undefined) {
      place = reader?.columns.indexOf(column) ?? -1;
      publishedPlaces.set(column, place);
    }
    if (place >= 0) return cellAt(place);
    cell.start = 0;
    cell.end = 0;
    return cell;
  }

  function text(column: number): string {
    const place = entry(column);
    const texts = tables[column]?.texts;
    if (place < 0 || texts === undefined) {
      const { bytes, start, end } = takeCell(column);
      return bytes.toString("utf8", start, end);
    }
    const known = strings[column];
    const string =
      known?.[place] ?? texts.sink.bytes.toString("utf8", startOf(texts, place), texts.ends[place]);
    if (known !== undefined) known[place] = string;
    return string;
  }

  return {
    search: (id, start, end) => reader?.search(id, start, end) ?? "more",
    async load() {
      reader ??= createSeriesFileReader(file, await open());
      await reader.load();
    },
    async finish() {
      reader ??= createSeriesFileReader(file, await open());
      for (let state = reader.next(); state !== "absent"; state = reader.next()) {
        if (state === "more") await reader.load();
      }
    },
    close: async () => reader?.close(),
    texts: tables.map((table) => table?.texts),
    entry,
    cell: takeCell,
    text,
    published,
  };
}

/** The file. If it is small, it is fetched once and then kept in memory. */
function keptIfSmall(file: ReadableFile): ReadableFile {
  if (file.bytes > MOST_BYTES_KEPT) return file;
  let kept: Promise<Uint8Array[]> | undefined;
  async function* all() {
    kept ??= file.open().then((chunks) => Array.fromAsync(chunks));
    yield* await kept;
  }
  return { ...file, open: async () => all() };
}
