/** The names that a survey's series have, and where each one comes from. */
import { hasTextOf, type MappingColumns, mappingColumns } from "./mapping-file.ts";

/**
 * A name: a column of the report, the CSV files, and Parquet. `mapping` is undefined if the text comes from
 * the series file.
 */
export type NameColumn = {
  name: string;
  /** The column's position in the series file. */
  place: number;
  mapping?: MappingColumns & { file: string };
};

/**
 * `files` are the names of the survey's other files, without the survey's abbreviation. `header` reads a
 * file's header.
 */
export type MappingHeaders = {
  files: readonly string[];
  header(file: string): Promise<readonly string[] | undefined>;
};

/** Columns that the report, its CSV files, or Silver have in addition to the names. */
const RESERVED = [
  "series_id",
  "year",
  "period",
  "value",
  "footnotes",
  "basis",
  "ties",
  "population",
  "data_file",
];

/**
 * The names that series have if the series file has these columns, in the order of the columns. Every column
 * `<name>_code`, and every other column for which a mapping file has the key `<name>_code`, yields the name
 * `<name>`; `series_title` yields `title`. The mapping file is found by its key column, because the file's
 * name may differ: `la.state_region_division` explains srd_code.
 *
 * If two names would be identical, or a name would equal a column that every file has, a whole column name is
 * used instead.
 */
export async function nameColumns(
  columns: readonly string[],
  mappings: MappingHeaders,
): Promise<NameColumn[]> {
  const known = knownHeaders(columns, mappings);
  const found: Omit<NameColumn, "name">[] = [];
  for (const [place, column] of columns.entries()) {
    if (column === "" || column === "series_id" || column === "footnote_codes") continue;
    if (columns.indexOf(column) < place) continue;
    if (column === "series_title") {
      found.push({ place });
      continue;
    }
    const mapping = await mappingOf(column, columns, known);
    if (mapping !== undefined) found.push({ place, mapping });
    else if (column.endsWith("_code")) found.push({ place });
  }
  const names = distinctNames(found.map(({ place }) => columns[place] ?? ""));
  return found.map((each, index) => ({ name: names[index] ?? "", ...each }));
}

/** The headers of mapping files, each of which is read once, and the files by the names of their columns. */
type KnownHeaders = {
  files: readonly string[];
  header(file: string): Promise<readonly string[] | undefined>;
  /**
   * For each column name, the files that have this column, in order. Excludes files that are named after a
   * column of the series file.
   */
  byColumn(): Promise<ReadonlyMap<string, readonly string[]>>;
};

function knownHeaders(columns: readonly string[], { files, header }: MappingHeaders): KnownHeaders {
  const headers = new Map<string, Promise<readonly string[] | undefined>>();
  let filesByColumn: Promise<Map<string, string[]>> | undefined;

  function headerOf(file: string): Promise<readonly string[] | undefined> {
    const known = headers.get(file) ?? header(file);
    headers.set(file, known);
    return known;
  }

  async function groupByColumn(): Promise<Map<string, string[]>> {
    const called = new Set(columns);
    const groups = new Map<string, string[]>();
    for (const file of files) {
      const name = file.toLowerCase();
      if (called.has(name) || called.has(`${name}_code`)) continue;
      for (const column of new Set(await headerOf(file))) {
        const group = groups.get(column);
        if (group === undefined) groups.set(column, [file]);
        else group.push(file);
      }
    }
    return groups;
  }

  return {
    files,
    header: headerOf,
    byColumn() {
      filesByColumn ??= groupByColumn();
      return filesByColumn;
    },
  };
}

/**
 * The mapping file of a column: the one named after it, or else another file that has the column's key and,
 * preferably, its text.
 */
async function mappingOf(
  column: string,
  columns: readonly string[],
  { files, header, byColumn }: KnownHeaders,
): Promise<NameColumn["mapping"]> {
  const name = column.replace(/_code$/, "");
  const own = files.find((file) => file.toLowerCase() === name);
  const ownHeader = own === undefined ? undefined : await header(own);
  const ownMapping = ownHeader && mappingColumns(column, ownHeader, columns);
  if (own !== undefined && ownMapping !== undefined) return { file: own, ...ownMapping };
  if (!column.endsWith("_code")) return undefined;

  let second: NameColumn["mapping"];
  for (const file of (await byColumn()).get(column) ?? []) {
    if (file === own) continue;
    const other = await header(file);
    const mapping = other && mappingColumns(column, other, columns);
    if (other === undefined || mapping === undefined) continue;
    if (hasTextOf(column, other)) return { file, ...mapping };
    if (other[0] === column) second ??= { file, ...mapping };
  }
  return second;
}

/**
 * A name for each column, of letters, digits, and underscores only. No two names are equal, ignoring case.
 */
function distinctNames(columns: readonly string[]): string[] {
  const short = columns.map((column) =>
    plain(column === "series_title" ? "title" : column.replace(/_code$/, "")),
  );
  const taken = new Set<string>(RESERVED);
  // Which column gets the short name must not depend on the order: `title_code` has priority over `series_title`.
  const keepsShort = short.map((name, index) => {
    if (RESERVED.includes(name)) return false;
    const rivals = short.flatMap((other, place) => (other === name ? [place] : []));
    return rivals.length === 1 || (columns[index] !== "series_title" && columns[index]?.endsWith("_code"));
  });
  return columns.map((column, index) => {
    let name = keepsShort[index] === true ? (short[index] ?? "") : plain(column);
    for (let number = 2; taken.has(name); number++) name = `${plain(column)}_${number}`;
    taken.add(name);
    return name;
  });
}

function plain(column: string): string {
  return column.toLowerCase().replaceAll(/[^a-z0-9_]+/g, "_") || "name";
}
