/** Reads a survey's Silver objects: the list of its series, and the observations of one of them. */

import type { Basis } from "@data-quest/core/bls-file/periods";
import { formatShortest } from "@data-quest/core/decimal";
import { FACTS_KEY, SeriesListFacts } from "@data-quest/core/silver/series-list-facts";
import { decompress } from "fzstd";
import {
  type Compressors,
  type FileMetaData,
  type ParquetQueryFilter,
  parquetMetadataAsync,
  parquetReadObjects,
} from "hyparquet";
import * as z from "zod/mini";
import { withDecimals } from "./decimals.ts";
import { openRanges, type Ranges, TAIL_BYTES } from "./ranges.ts";

/** A series in the list. `names` are the values of the survey's own columns, by column name. */
export type ListedSeries = {
  id: string;
  names: Readonly<Record<string, string>>;
  begin: string;
  end: string;
  /**
   * `year` has the largest sum, which is `value`. `basis` is the kind of periods that were added up. `ties`
   * lists later years with the same sum.
   */
  best: { year: number; value: string; basis: Basis; ties: string } | undefined;
};

/** One row of a series. `value` is exact. Null means that there is no value. */
export type Observation = { year: number; period: string; value: string | null; footnotes: string };

/** An open file. */
export type ParquetSource = { file: Ranges; metadata: FileMetaData };

/** A survey whose list is open. Its observations are opened when they are first needed. */
export type Survey = {
  facts: SeriesListFacts;
  list: ParquetSource;
  observations: () => Promise<ParquetSource>;
  /** Whether a file that was opened has been replaced since. */
  isReplaced: () => Promise<boolean>;
};

/** Another version of Data Quest wrote the list, in a format that this page does not know. */
export class ListOutdated extends Error {
  override readonly name = "ListOutdated";
}

const compressors: Compressors = {
  ZSTD: (input, length) => decompress(input, new Uint8Array(length)),
};

/** Reads only the pages that a filter on the sorted series_id selects. */
export const byPages = { compressors, usePageIndex: true, useOffsetIndex: true };

/**
 * Opens a survey by reading the end of its list. `silver` is the URL of the folder of all surveys. Throws
 * whatever openRanges throws, and ListOutdated.
 */
export async function openSurvey(survey: string, silver: string): Promise<Survey> {
  const folder = `${silver}${encodeURIComponent(survey)}/`;
  const list = await openParquet(`${folder}series.parquet`);
  const facts = factsOf(list.metadata);
  if (facts === undefined)
    throw new ListOutdated(`${folder}series.parquet was written by another version of Data Quest`);
  const path = facts.dataFile.split("/").map(encodeURIComponent).join("/");
  let observations: Promise<ParquetSource> | undefined;
  return {
    facts,
    list,
    observations: () => {
      observations ??= openParquet(`${folder}data_file=${path}/data.parquet`);
      return observations;
    },
    isReplaced: async () => {
      const open = await Promise.all([list, observations]);
      const replaced = await Promise.all(open.map((source) => source?.file.isReplaced() ?? false));
      return replaced.includes(true);
    },
  };
}

function factsOf({ key_value_metadata = [] }: FileMetaData): SeriesListFacts | undefined {
  const text = key_value_metadata.find(({ key }) => key === FACTS_KEY)?.value;
  return text === undefined ? undefined : SeriesListFacts.safeParse(JSON.parse(text)).data;
}

/** Opens a file by reading its end. Throws whatever openRanges throws. */
export async function openParquet(url: string): Promise<ParquetSource> {
  const file = await openRanges(url);
  return { file, metadata: await parquetMetadataAsync(file, { initialFetchSize: TAIL_BYTES }) };
}

/** The whole list, ordered by ID. Lets the thread do other work between row groups. */
export async function readList({ facts, list }: Survey): Promise<ListedSeries[]> {
  const series: ListedSeries[] = [];
  for (const { rowStart, rowEnd } of rowGroups(list)) {
    const rows = await parquetReadObjects({ ...list, compressors, rowStart, rowEnd });
    for (const row of rows) series.push(listedSeries(facts, row));
  }
  return series;
}

/** The row groups of a file, each with its first row and the row after its last. */
function rowGroups({ metadata }: ParquetSource) {
  let rowEnd = 0;
  return metadata.row_groups.map(({ num_rows, columns }) => {
    const rowStart = rowEnd;
    rowEnd += Number(num_rows);
    return { rowStart, rowEnd, columns };
  });
}

/** One series of the list, read from one page of each column. Undefined if the list does not have this ID. */
export async function readListed({ facts, list }: Survey, id: string): Promise<ListedSeries | undefined> {
  const [row] = await parquetReadObjects({ ...list, ...byPages, filter: { series_id: { $eq: id } } });
  return row && listedSeries(facts, row);
}

/** How many row groups a search reads before it gives up. */
const MOST_GROUPS_SEARCHED = 16;

/**
 * Searches a list that is too large to load: the series whose IDs start with `prefix` and whose columns have
 * the values in `filters`, at most `most` of them. `isWhole` is false if the search stopped before the end.
 */
export async function searchLargeList(
  { facts, list }: Survey,
  prefix: string,
  filters: Readonly<Record<string, string>>,
  most: number,
): Promise<{ found: ListedSeries[]; isWhole: boolean }> {
  const conditions: ParquetQueryFilter[] = Object.entries(filters).map(([name, text]) => ({
    [name]: { $eq: text },
  }));
  if (prefix !== "")
    conditions.push({ series_id: { $gte: prefix } }, { series_id: { $lt: `${prefix}\uffff` } });
  const found: ListedSeries[] = [];
  let groups = 0;
  for (const { rowStart, rowEnd, columns } of rowGroups(list)) {
    const { min_value: first = "", max_value: last = "" } = columns[0]?.meta_data?.statistics ?? {};
    if (String(last) < prefix || String(first) > `${prefix}\uffff`) continue;
    if (++groups > MOST_GROUPS_SEARCHED) return { found, isWhole: false };
    const range = { rowStart, rowEnd };
    const filter = conditions.length === 0 ? undefined : { $and: conditions };
    const rows = await parquetReadObjects({
      ...list,
      ...byPages,
      ...(filter ? { ...range, filter } : { rowStart, rowEnd: Math.min(rowEnd, rowStart + most + 1) }),
    });
    for (const row of rows) {
      if (found.length === most) return { found, isWhole: false };
      found.push(listedSeries(facts, row));
    }
  }
  return { found, isWhole: true };
}

const BasisOfRow = z.enum(["months", "quarters", "halves", "annual", "all", "none"]);
const Row = z.record(z.string(), z.unknown());

function listedSeries({ columns }: SeriesListFacts, from: unknown): ListedSeries {
  const row = Row.parse(from);
  const text = (name: string) => String(row[name] ?? "");
  const basis = BasisOfRow.parse(row.basis);
  const names = columns.map(({ name }) => [name, text(name)] as const).filter(([, each]) => each !== "");
  return {
    id: text("series_id"),
    names: Object.fromEntries(names),
    begin: `${text("begin_year")} ${text("begin_period")}`.trim(),
    end: `${text("end_year")} ${text("end_period")}`.trim(),
    best:
      basis === "none"
        ? undefined
        : { year: Number(row.year), value: text("value"), basis, ties: text("ties") },
  };
}

/**
 * All observations of a series, by time. Values are exact. As in BLS's files, all have the same number of
 * decimal places: the most that any of the values needs. Empty if the data file has no such series.
 */
export async function readObservations(survey: Survey, id: string): Promise<Observation[]> {
  const { file, metadata } = await survey.observations();
  const scale = metadata.schema.find(({ name }) => name === "value")?.scale ?? 0;
  const rows = await parquetReadObjects({
    file,
    metadata: withWholeNumbers(metadata),
    ...byPages,
    columns: ["series_id", "year", "period", "value", "footnotes"],
    filter: { series_id: { $eq: id } },
  });
  const shortest = rows.map(({ value }) => (value === null ? null : formatShortest(unitsOf(value), scale)));
  const decimals = Math.max(0, ...shortest.map((value) => value?.split(".")[1]?.length ?? 0));
  return rows.map((row, index) => ({
    year: Number(row.year),
    period: String(row.period),
    value: withDecimals(shortest[index] ?? null, decimals),
    footnotes: String(row.footnotes ?? ""),
  }));
}

/**
 * hyparquet converts decimals to floating-point numbers, which are not exact. Without the type DECIMAL, the
 * values remain whole numbers.
 */
function withWholeNumbers(metadata: FileMetaData): FileMetaData {
  return {
    ...metadata,
    schema: metadata.schema.map((element) => {
      const { converted_type, logical_type, scale, precision, ...physical } = element;
      return converted_type === "DECIMAL" ? physical : element;
    }),
  };
}

/** The units of a decimal, which is stored as a 64-bit integer or as 16 big-endian bytes. */
function unitsOf(value: unknown): bigint {
  if (typeof value === "bigint") return value;
  if (!(value instanceof Uint8Array)) throw new TypeError("A value in Silver is not a decimal");
  const digits = Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return BigInt.asIntN(8 * value.length, BigInt(`0x${digits}`));
}
