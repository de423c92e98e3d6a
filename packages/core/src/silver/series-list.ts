/** series.parquet: the series of a survey with their names, spans, and best years, sorted by ID. */
import type { BestYear } from "../bls-file/best-years.ts";
import type { Cell, NamesInOrder, SeriesNames } from "../bls-file/names.ts";
import { writeText } from "../bytes/byte-sink.ts";
import { addBytes, type ByteDictionary, placeOfBytes, placeOfLong, startOf } from "../bytes/dictionaries.ts";
import { createNamePlaces, nameColumns, placeOfCell } from "./name-pages.ts";
import { addDictionaryPage, type ColumnChunk, NULL } from "./parquet/column-chunk.ts";
import { createParquetFile } from "./parquet/parquet-file.ts";
import { integer, text } from "./parquet/row-pages.ts";
import type { Column } from "./parquet/schema.ts";
import { FACTS_KEY, type KnownFacts, type SeriesListFacts } from "./series-list-facts.ts";

/** Series per page. A search by ID prefix reads one page of each column, and the dictionaries of one row group. */
const PAGE_SERIES = 1 << 12;
const GROUP_SERIES = 1 << 16;
/** Above this number of distinct values, a column is free text rather than a choice. */
const MOST_VALUES = 1_000;
const ZERO = 48;
/** The columns for the year and the period of the first and of the last observation. */
const SPAN_COLUMNS = 4;

/**
 * The list as a Parquet file, in pieces. `series` must be sorted by ID. Memory holds one row group. Throws
 * SeriesFileOutOfOrder if the names are not sorted. The caller then starts over, as `retriedInOrder` does.
 */
export async function* parquetOfSeries(
  series: Iterable<BestYear>,
  names: SeriesNames,
  facts: KnownFacts,
): AsyncGenerator<Uint8Array> {
  const columns: Column[] = [
    { name: "series_id", type: { kind: "text" }, optional: false, sorted: true },
    ...nameColumns(names),
    integer("begin_year"),
    text("begin_period"),
    integer("end_year"),
    text("end_period"),
    integer("year"),
    text("value"),
    text("basis"),
    text("ties"),
  ];
  const file = createParquetFile(columns, 1);
  const inOrder = names.inOrder();
  const rows = createSeriesRows(file.chunks, names.columns.length, inOrder);
  const values = names.columns.map((): Set<string> | undefined => new Set());
  let ofGroup = 0;
  let all = 0;

  function endGroup(): Buffer[] {
    for (const [column, known] of values.entries()) {
      const chunk = file.chunks[column + 1];
      if (known !== undefined && chunk !== undefined) values[column] = withValues(known, chunk.texts);
    }
    const parts = file.endGroup(ofGroup);
    rows.startGroup();
    ofGroup = 0;
    return parts;
  }

  try {
    for (const best of series) {
      while (!rows.add(best)) await inOrder.load();
      all++;
      ofGroup++;
      if (ofGroup % PAGE_SERIES === 0) rows.endPage();
      if (ofGroup === GROUP_SERIES) yield* endGroup();
    }
    await inOrder.finish();
    rows.endPage();
    if (ofGroup > 0) yield* endGroup();
    const described: SeriesListFacts = {
      version: 1,
      ...facts,
      series: all,
      columns: names.columns.map((name, column) => ({ name, values: sorted(values[column]) })),
    };
    yield* file.end({ [FACTS_KEY]: JSON.stringify(described) });
  } finally {
    await inOrder.close();
  }
}

type SeriesRows = {
  /** Adds a row. Returns false if that needs more of the series file: load more, then repeat the call. */
  add(best: BestYear): boolean;
  /** Adds a page to each column, with the rows since the previous page. */
  endPage(): void;
  startGroup(): void;
};

/** Collects rows as dictionary indexes, without an object for each row. */
function createSeriesRows(
  chunks: readonly ColumnChunk[],
  namesCount: number,
  names: NamesInOrder,
): SeriesRows {
  const [ids, ...others] = chunks;
  const [beginYear, beginPeriod, endYear, endPeriod, year, value, basis, ties] = others.slice(namesCount);
  const named = createNamePlaces(others.slice(0, namesCount), names);
  const places = chunks.map(() => new Int32Array(PAGE_SERIES));
  const once = new Int32Array(PAGE_SERIES).fill(1);
  const bases = new Map<string, number>();
  let rows = 0;
  /** The column that `set` fills next. */
  let column = 0;
  let bytes = Buffer.alloc(1 << 10);

  function set(place: number): void {
    const ofColumn = places[column++];
    if (ofColumn !== undefined) ofColumn[rows] = place;
  }

  /** Writes a string to `bytes` as UTF-8, and returns its length in bytes. */
  function encode(string: string): number {
    if (3 * string.length > bytes.length) bytes = Buffer.alloc(6 * string.length);
    return writeText(bytes, 0, string);
  }

  function placeOfText(chunk: ColumnChunk | undefined, string: string | null): number {
    if (chunk === undefined || string === null || string === "") return NULL;
    return placeOfBytes(chunk.texts, bytes, 0, encode(string));
  }

  function placeOfBasis(string: string): number {
    let place = bases.get(string);
    if (place === undefined) {
      place = placeOfText(basis, string);
      bases.set(string, place);
    }
    return place;
  }

  function add(best: BestYear): boolean {
    const length = encode(best.seriesId);
    const state = names.search(bytes, 0, length);
    if (state === "more") return false;
    column = 0;
    set(ids === undefined ? NULL : addBytes(ids.texts, bytes, 0, length));
    if (state === "found") {
      for (let name = 0; name < namesCount; name++) set(named.placeOf(name));
      set(placeOfYear(beginYear, yearOf(names.published("begin_year"))));
      set(beginPeriod === undefined ? NULL : placeOfCell(beginPeriod, names.published("begin_period")));
      set(placeOfYear(endYear, yearOf(names.published("end_year"))));
      set(endPeriod === undefined ? NULL : placeOfCell(endPeriod, names.published("end_period")));
    } else {
      for (let empty = 0; empty < namesCount + SPAN_COLUMNS; empty++) set(NULL);
    }
    set(placeOfYear(year, best.year));
    set(placeOfText(value, best.value));
    set(placeOfBasis(best.basis));
    set(best.ties.length === 0 ? NULL : placeOfText(ties, best.ties.join(" ")));
    rows++;
    return true;
  }

  return {
    add,
    endPage() {
      if (rows === 0) return;
      for (const [column, chunk] of chunks.entries()) {
        const ofColumn = places[column] ?? once;
        const bounds =
          chunk === ids
            ? { min: entry(chunk, ofColumn[0]), max: entry(chunk, ofColumn[rows - 1]) }
            : undefined;
        addDictionaryPage(chunk, ofColumn, once, rows, rows, bounds);
      }
      rows = 0;
    },
    startGroup() {
      named.startGroup();
      bases.clear();
    },
  };
}

function placeOfYear(chunk: ColumnChunk | undefined, year: number | null): number {
  return chunk === undefined || year === null ? NULL : placeOfLong(chunk.longs, year, 0);
}

/** The year in a cell of the series file, or null if the cell is not four digits. */
function yearOf({ bytes, start, end }: Cell): number | null {
  if (end - start !== 4) return null;
  let year = 0;
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) return null;
    year = 10 * year + digit;
  }
  return year;
}

function entry({ texts }: ColumnChunk, place = 0): Buffer {
  return Buffer.from(texts.sink.bytes.subarray(startOf(texts, place), texts.ends[place]));
}

/** A column's known values together with those of a row group. Undefined if there are too many. */
function withValues(known: Set<string>, texts: ByteDictionary): Set<string> | undefined {
  if (texts.size > MOST_VALUES) return undefined;
  for (let place = 0; place < texts.size; place++) {
    known.add(texts.sink.bytes.toString("utf8", startOf(texts, place), texts.ends[place]));
  }
  return known.size > MOST_VALUES ? undefined : known;
}

function sorted(values: Set<string> | undefined): string[] | null {
  return values === undefined ? null : [...values].sort((a, b) => (a < b ? -1 : 1));
}
