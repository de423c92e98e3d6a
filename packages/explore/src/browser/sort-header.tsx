import { nextSort, type Sort } from "./sort.ts";

/** A column header that sorts its table. It is a button, so that it works with the keyboard. */
export function SortHeader({
  name,
  column,
  sort,
  initial,
  onSort,
  isNumber = false,
}: {
  name: string;
  column: string;
  sort: Sort | undefined;
  /** The table's default order, if that is the order of one column. */
  initial?: Sort;
  onSort: (sort: Sort | undefined) => void;
  isNumber?: boolean;
}) {
  const current = sort ?? initial;
  const direction = current?.descending ? "descending" : "ascending";
  return (
    <th
      scope="col"
      class={isNumber ? "number" : undefined}
      aria-sort={current?.column === column ? direction : undefined}
    >
      <button type="button" onClick={() => onSort(nextSort(sort, column, initial))}>
        {name}
      </button>
    </th>
  );
}
