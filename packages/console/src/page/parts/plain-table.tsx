/** A table with at most a few hundred rows. Use DataGrid for more rows or for sorting. */
import type { ReactNode } from "react";
import { TableScroll } from "./basics.tsx";

export type TableColumn<Row> = {
  /** Empty for cells that need no header, such as buttons. */
  name: string;
  cell: (row: Row) => ReactNode;
  /** Numbers are aligned at the end of their cell. */
  end?: boolean;
  /** For codes, such as IDs. */
  mono?: boolean;
  /** True for the column that identifies the row to screen readers. */
  rowHeader?: boolean;
};

export type PlainTableProps<Row> = {
  label: string;
  caption?: ReactNode;
  columns: readonly TableColumn<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row, index: number) => string;
  /** Whether the row is marked, because the URL or the user selects it. */
  isMarked?: (row: Row) => boolean;
  /** Whether a long table scrolls separately from the page. */
  bounded?: boolean;
};

export function PlainTable<Row>(props: PlainTableProps<Row>) {
  const { label, caption, columns, rows, keyOf, isMarked, bounded = false } = props;
  return (
    <TableScroll label={label} bounded={bounded}>
      <table>
        {caption !== undefined && <caption>{caption}</caption>}
        <thead>
          <tr>
            {columns.map(({ name, end }, position) =>
              name === "" ? (
                // biome-ignore lint/suspicious/noArrayIndexKey: the columns of a table do not change.
                <td key={position} />
              ) : (
                <th key={name} scope="col" className={end ? "end" : undefined}>
                  {name}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => {
            const marked = isMarked?.(row) ?? false;
            return (
              <tr
                key={keyOf(row, index)}
                className={marked ? "marked" : undefined}
                aria-current={marked || undefined}
              >
                {columns.map((column) => (
                  <Cell key={column.name} column={column} row={row} />
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </TableScroll>
  );
}

function Cell<Row>({ column, row }: { column: TableColumn<Row>; row: Row }) {
  const { end, mono, rowHeader, cell } = column;
  const className = [end && "end", mono && "mono"].filter(Boolean).join(" ") || undefined;
  return rowHeader ? (
    <th scope="row" className={className}>
      {cell(row)}
    </th>
  ) : (
    <td className={className}>{cell(row)}</td>
  );
}
