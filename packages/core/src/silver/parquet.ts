/** Observations as Parquet, row group by row group. */
import type { SchemaElement } from "hyparquet";
import { ByteWriter, type ColumnSource, ParquetWriter } from "hyparquet-writer";
import type { SeriesNames } from "../bls-file/names.ts";
import { type SilverSeries, VALUE_DECIMALS, VALUE_PRECISION } from "./observations.ts";

/** Rows per row group: what is in memory at a time, and what a query can skip by the statistics. */
const ROWS_PER_GROUP = 50_000;

/** The columns of every file in Silver. The columns of the survey's names follow. */
const COLUMNS: readonly SchemaElement[] = [
  { name: "series_id", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED" },
  { name: "year", type: "INT32", repetition_type: "REQUIRED" },
  { name: "period", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED" },
  {
    name: "value",
    type: "INT64",
    converted_type: "DECIMAL",
    precision: VALUE_PRECISION,
    scale: VALUE_DECIMALS,
    repetition_type: "OPTIONAL",
  },
  { name: "footnotes", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" },
];

/**
 * A Parquet file of `series`, which come in the order of their ids, with a column for each of the survey's names. Memory
 * holds one row group and, of each one written, a few hundred bytes per column for the footer.
 */
export async function* parquetChunks(
  series: AsyncIterable<SilverSeries>,
  names: SeriesNames,
): AsyncGenerator<Uint8Array> {
  const fixed = COLUMNS.map(({ name }) => name);
  // A name that is called like a column of every file would be a second column of that name.
  const nameColumns = names.columns.filter((name) => !fixed.includes(name));
  const schema: SchemaElement[] = [
    { name: "root", num_children: COLUMNS.length + nameColumns.length },
    ...COLUMNS,
    ...nameColumns.map(
      (name): SchemaElement => ({
        name,
        type: "BYTE_ARRAY",
        converted_type: "UTF8",
        repetition_type: "OPTIONAL",
      }),
    ),
  ];
  const writer = new ByteWriter();
  const parquet = new ParquetWriter({ writer, schema, createdBy: "data-quest" });
  let group = emptyGroup(nameColumns);
  for await (const { seriesId, rows } of series) {
    const texts = names.of(seriesId);
    for (const { year, period, value, footnotes } of rows) {
      group.seriesId.push(seriesId);
      group.year.push(year);
      group.period.push(period);
      group.value.push(value);
      group.footnotes.push(footnotes);
      for (const [name, column] of group.names) column.push(texts[name] || null);
      if (group.year.length < ROWS_PER_GROUP) continue;
      parquet.write({ columnData: columnsOf(group), rowGroupSize: ROWS_PER_GROUP });
      group = emptyGroup(nameColumns);
      yield taken(writer);
    }
  }
  if (group.year.length > 0) parquet.write({ columnData: columnsOf(group), rowGroupSize: ROWS_PER_GROUP });
  parquet.finish();
  yield taken(writer);
}

type Group = {
  seriesId: string[];
  year: number[];
  period: string[];
  value: (bigint | null)[];
  footnotes: (string | null)[];
  names: [name: string, column: (string | null)[]][];
};

function emptyGroup(names: readonly string[]): Group {
  return {
    seriesId: [],
    year: [],
    period: [],
    value: [],
    footnotes: [],
    names: names.map((name) => [name, []]),
  };
}

function columnsOf(group: Group): ColumnSource[] {
  return [
    { name: "series_id", data: group.seriesId },
    { name: "year", data: group.year },
    { name: "period", data: group.period },
    { name: "value", data: group.value },
    { name: "footnotes", data: group.footnotes },
    ...group.names.map(([name, data]) => ({ name, data })),
  ];
}

/** What the writer has written since the last time. Its offset, by which the footer points, goes on. */
function taken(writer: ByteWriter): Uint8Array {
  const bytes = Uint8Array.from(writer.getBytes());
  writer.index = 0;
  return bytes;
}
