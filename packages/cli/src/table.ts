/** Tables for a terminal, used by all commands. */
import { lineOf, type Paint, paintFor, type Span, textOf, widthOf } from "./terminal.ts";

export type Column = {
  name: string;
  /** The side to which the cells are aligned. */
  align?: "left" | "right";
  /**
   * True for a column that may be cut so that the table fits. Such columns are cut from last to first. If they
   * would become too narrow, the last of them move to a separate line below each row.
   */
  shrinks?: boolean;
};

/** Where a table is printed. The default is plain text of any width, as for a file. */
export type TablePlace = { width: number; paint: Paint };

/** Standard output, whether a terminal or a file. */
export function outputPlace(): TablePlace {
  return { width: widthOf(process.stdout), paint: paintFor(process.stdout) };
}

const PLAIN: TablePlace = { width: Number.POSITIVE_INFINITY, paint: (_style, text) => text };
const GAP = "  ";
/** The minimum width of a column that shrinks. */
const LEAST_WIDTH = 8;
/** If a column would have to shrink below this width, the last columns move below the row. */
const READABLE_WIDTH = 20;
/** The indent of the cells below a row. */
const INDENT = "    ";

/**
 * The rows as lines under a heading, with two spaces between the columns. Missing cells are empty. No line is
 * wider than the output.
 */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly Span[])[],
  place?: TablePlace,
): string[] {
  return [...streamedTable(columns, () => rows, place)];
}

/**
 * Like `tableLines`, for more rows than fit in memory: they are read twice, first for the widths of the
 * columns.
 */
export function* streamedTable(
  columns: readonly Column[],
  rows: () => Iterable<readonly Span[]>,
  { width, paint }: TablePlace = PLAIN,
): Generator<string> {
  const widest = columns.map(({ name }) => name.length);
  for (const row of rows())
    for (const [index, cell] of row.entries())
      widest[index] = Math.max(widest[index] ?? 0, textOf(cell).length);
  const beside = columns.slice(0, besideCount(columns, widest, width));
  const widths = fit(beside, widest.slice(0, beside.length), width);
  const line = (cells: readonly Span[]) => {
    const spans = beside.flatMap(({ align }, index): Span[] => {
      const cell = shortened(cells[index] ?? "", widths[index] ?? 0);
      const blanks = " ".repeat((widths[index] ?? 0) - textOf(cell).length);
      const padded = align === "right" ? [blanks, cell] : [cell, blanks];
      return index === 0 ? padded : [GAP, ...padded];
    });
    return lineOf(withoutTrailingBlanks(spans), width, paint);
  };
  const lines = function* (cells: readonly Span[]): Generator<string> {
    yield line(cells);
    const below = cells.slice(beside.length).filter((cell) => textOf(cell) !== "");
    if (below.length > 0)
      yield lineOf(
        [INDENT, ...below.flatMap((cell, index) => (index === 0 ? [cell] : [GAP, cell]))],
        width,
        paint,
      );
  };
  yield* lines(columns.map(({ name }) => name));
  for (const row of rows()) yield* lines(row);
}

/** How many columns fit side by side: all, or as many as are readable in this width. */
function besideCount(columns: readonly Column[], widest: readonly number[], width: number): number {
  const least = columns.map(({ name, shrinks }, index) => {
    const whole = widest[index] ?? 0;
    return shrinks ? Math.min(whole, Math.max(READABLE_WIDTH, name.length)) : whole;
  });
  let beside = columns.length;
  while (beside > 1 && columns[beside - 1]?.shrinks && rowWidth(least.slice(0, beside)) > width) beside--;
  return beside;
}

function rowWidth(widths: readonly number[]): number {
  return widths.reduce((sum, column) => sum + column, GAP.length * (widths.length - 1));
}

/** The column widths. Columns that may shrink are narrowed until all columns fit. */
function fit(columns: readonly Column[], widths: readonly number[], width: number): number[] {
  const fitted = [...widths];
  let excess = rowWidth(fitted) - width;
  for (const [index, { name, shrinks }] of [...columns.entries()].reverse()) {
    if (!shrinks || excess <= 0) continue;
    const least = Math.min(fitted[index] ?? 0, Math.max(LEAST_WIDTH, name.length));
    const less = Math.min(excess, (fitted[index] ?? 0) - least);
    fitted[index] = (fitted[index] ?? 0) - less;
    excess -= less;
  }
  return fitted;
}

function shortened(cell: Span, width: number): Span {
  const text = textOf(cell);
  if (text.length <= width) return cell;
  const short = `${text.slice(0, Math.max(0, width - 1))}…`;
  return typeof cell === "string" ? short : { ...cell, text: short };
}

function withoutTrailingBlanks(spans: readonly Span[]): Span[] {
  const kept = [...spans];
  while (kept.length > 0 && textOf(kept.at(-1) ?? "").trim() === "") kept.pop();
  return kept;
}
