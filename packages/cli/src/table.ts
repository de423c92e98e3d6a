/** Tables for a terminal. */

/** A column: its heading, and on which side its cells line up. */
export type Column = { name: string; align?: "left" | "right" };

/** The rows as lines under a heading, two blanks between the columns. Missing cells are empty. */
export function tableLines(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const widths = columns.map(({ name }, index) =>
    rows.reduce((width, row) => Math.max(width, row[index]?.length ?? 0), name.length),
  );
  const line = (cells: readonly string[]) =>
    columns
      .map(({ align }, index) => {
        const width = widths[index] ?? 0;
        return align === "right" ? (cells[index] ?? "").padStart(width) : (cells[index] ?? "").padEnd(width);
      })
      .join("  ")
      .trimEnd();
  return [line(columns.map(({ name }) => name)), ...rows.map(line)];
}
