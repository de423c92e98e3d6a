/**
 * How a table is sorted, and how the URL represents that: the column's name, after a `-` if the order is
 * descending.
 */

export type Sort = { column: string; descending: boolean };

/** Reads a sort from a URL. Undefined if there is no valid sort. */
export function readSort(text: string | null): Sort | undefined {
  const [, minus = "", column] = /^(-?)([a-z_]+)$/.exec(text ?? "") ?? [];
  return column === undefined ? undefined : { column, descending: minus === "-" };
}

/** Writes a sort for a URL. */
export function writeSort({ column, descending }: Sort): string {
  return `${descending ? "-" : ""}${column}`;
}

/**
 * The sort after a click on a column's header: ascending, then descending, then undefined for the table's
 * default order, which is `initial`.
 */
export function nextSort(
  sort: Sort | undefined,
  column: string,
  initial: Sort | undefined,
): Sort | undefined {
  const current = sort ?? initial;
  if (current?.column !== column)
    return initial?.column === column && !initial.descending ? undefined : { column, descending: false };
  return current.descending ? undefined : { column, descending: true };
}

/** What a row is sorted by in each column: values of one type, or null, which sorts last. */
export type SortKeys<Row> = Readonly<Record<string, (row: Row) => string | number | bigint | null>>;

/**
 * The rows in the order of a sort, or in the given order if there is no sort or no such column. Rows with
 * equal keys keep their order, and those without a key come last in both directions.
 */
export function sortRows<Row>(
  rows: readonly Row[],
  sort: Sort | undefined,
  keys: SortKeys<Row>,
): readonly Row[] {
  const keyOf = sort && Object.hasOwn(keys, sort.column) ? keys[sort.column] : undefined;
  if (sort === undefined || keyOf === undefined) return rows;
  const order = sort.descending ? -1 : 1;
  return rows
    .map((row) => ({ row, key: keyOf(row) }))
    .sort(({ key: a }, { key: b }) => {
      if (a === null || b === null) return Number(a === null) - Number(b === null);
      return a < b ? -order : a > b ? order : 0;
    })
    .map(({ row }) => row);
}
