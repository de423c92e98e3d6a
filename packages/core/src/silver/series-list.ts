/** series.parquet: the series of a survey with their names, spans, and best years, sorted by ID. */
import type { BestYear } from "../bls-file/best-years.ts";
import type { NamesInOrder, SeriesNames } from "../bls-file/names.ts";
import { nameColumns } from "./name-pages.ts";
import { createParquetFile } from "./parquet/parquet-file.ts";
import { addPages, type Cell, integer, text } from "./parquet/row-pages.ts";
import type { Column } from "./parquet/schema.ts";
import { FACTS_KEY, type KnownFacts, type SeriesListFacts } from "./series-list-facts.ts";

/** A search by ID prefix reads a page of each column, whose dictionaries are those of a row group. */
const PAGE_SERIES = 1 << 12;
const GROUP_SERIES = 1 << 16;
/** Above this number of distinct texts, a column is free text rather than a choice. */
const MOST_VALUES = 1_000;

/**
 * The list as a Parquet file, in pieces. `series` must be sorted by ID. Memory holds one row group. Throws
 * SeriesFileOutOfOrder if the names are not sorted: start over then, as `retriedInOrder` does.
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
  const values = names.columns.map((): Set<string> | undefined => new Set());
  const inOrder = names.inOrder();
  let rows: Cell[][] = [];
  let ofGroup = 0;
  let all = 0;
  try {
    for (const best of series) {
      const found = await find(inOrder, Buffer.from(best.seriesId));
      const named = names.columns.map((_, column) => (found && inOrder.text(column)) || null);
      for (const [column, name] of named.entries()) values[column] = withValue(values[column], name);
      rows.push([best.seriesId, ...named, ...spanOf(found, inOrder), ...answerOf(best)]);
      all++;
      if (rows.length < PAGE_SERIES) continue;
      addPages(file.chunks, rows);
      ofGroup += rows.length;
      rows = [];
      if (ofGroup < GROUP_SERIES) continue;
      yield* file.endGroup(ofGroup);
      ofGroup = 0;
    }
    await inOrder.finish();
    if (rows.length > 0) addPages(file.chunks, rows);
    ofGroup += rows.length;
    if (ofGroup > 0) yield* file.endGroup(ofGroup);
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

async function find(names: NamesInOrder, id: Buffer): Promise<boolean> {
  let state = names.search(id, 0, id.length);
  for (; state === "more"; state = names.search(id, 0, id.length)) await names.load();
  return state === "found";
}

/** First and last period, as in the series file. */
function spanOf(found: boolean, names: NamesInOrder): Cell[] {
  const cell = (column: string) => (found && names.published(column)) || null;
  const year = (column: string) => {
    const digits = /^\d{4}$/.exec(cell(column) ?? "");
    return digits === null ? null : Number(digits[0]);
  };
  return [year("begin_year"), cell("begin_period"), year("end_year"), cell("end_period")];
}

function answerOf({ year, value, basis, ties }: BestYear): Cell[] {
  return [year, value, basis, ties.length === 0 ? null : ties.join(" ")];
}

function withValue(values: Set<string> | undefined, value: string | null): Set<string> | undefined {
  if (value === null || values === undefined) return values;
  values.add(value);
  return values.size > MOST_VALUES ? undefined : values;
}

function sorted(values: Set<string> | undefined): string[] | null {
  return values === undefined ? null : [...values].sort((a, b) => (a < b ? -1 : 1));
}
